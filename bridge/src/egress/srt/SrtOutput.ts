import type { AddressGuard } from '../../runtime/outbound/index.js';
import type { Reader } from '../../hub/stream/index.js';
import type { Output, OutputSession, OutputStats } from '../outputContract.js';
import { deliver } from '../deliver.js';
import { SrtPublishClient } from './SrtPublishClient.js';
import type { SrtTarget } from './srtUrl.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** For media in transit when the stream ends by itself. */
const FLUSH_MS = 3000;
/** The same when somebody waits for the end. */
const HURRY_MS = 500;

/** Sends a stream as MPEG-TS to an SRT listener, once. */
export class SrtOutput implements Output {
  /** SRT acknowledges a hundred times a second. */
  readonly stalledAfterMs = 1000;
  readonly #target: SrtTarget;
  readonly #session: OutputSession;
  readonly #guard: AddressGuard;
  #client: SrtPublishClient | null = null;

  constructor(target: SrtTarget, session: OutputSession, guard: AddressGuard) {
    this.#target = target;
    this.#session = session;
    this.#guard = guard;
  }

  stats(): OutputStats {
    return { bytesSent: this.#client?.bytesSent ?? 0, queuedBytes: this.#client?.queuedBytes ?? 0 };
  }

  async run(reader: Reader, signal: AbortSignal): Promise<void> {
    const client = await SrtPublishClient.open(this.#target, { guard: this.#guard, timeoutMs: CONNECT_TIMEOUT_MS, signal });
    this.#client = client;
    this.#session.onLive();
    try {
      await deliver(reader, client, { signal, flushMs: FLUSH_MS, hurryMs: HURRY_MS });
    } finally {
      await client.close();
    }
  }
}
