import type { AddressGuard } from '../../runtime/outbound/index.js';
import type { Reader } from '../../hub/stream/index.js';
import type { Output, OutputSession, OutputStats } from '../outputContract.js';
import { deliver } from '../deliver.js';
import { RtmpPublishClient } from './RtmpPublishClient.js';
import type { RtmpTarget } from './rtmpUrl.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** For the queue and the goodbye when the stream ends by itself. */
const FLUSH_MS = 5000;
/** The same when somebody waits for the end. */
const HURRY_MS = 1000;

export interface RtmpConnectOptions {
  guard: AddressGuard;
  /** Accept certificates that cannot be verified. */
  insecureTls: boolean;
}

/** Publishes a stream to an RTMP server, once. */
export class RtmpOutput implements Output {
  readonly #target: RtmpTarget;
  readonly #session: OutputSession;
  readonly #options: RtmpConnectOptions;
  #client: RtmpPublishClient | null = null;

  constructor(target: RtmpTarget, session: OutputSession, options: RtmpConnectOptions) {
    this.#target = target;
    this.#session = session;
    this.#options = options;
  }

  stats(): OutputStats {
    return { bytesSent: this.#client?.bytesSent ?? 0, queuedBytes: this.#client?.queuedBytes ?? 0, receipts: this.#client?.receipts };
  }

  async run(reader: Reader, signal: AbortSignal): Promise<void> {
    const client = await RtmpPublishClient.open(this.#target, { ...this.#options, timeoutMs: CONNECT_TIMEOUT_MS, signal });
    this.#client = client;
    this.#session.onLive();
    await deliver(reader, client, { signal, flushMs: FLUSH_MS, hurryMs: HURRY_MS });
  }
}
