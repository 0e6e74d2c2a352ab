import type { Reader } from '../../hub/stream/index.js';
import type { Output, OutputSession, OutputStats } from '../contract.js';
import { RtmpPublishClient } from './RtmpPublishClient.js';
import type { RtmpTarget } from './rtmpUrl.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** For what is queued and the goodbye, when the stream ends by itself. */
const FLUSH_MS = 5000;
/** The same, when somebody waits for the end. */
const HURRY_MS = 1000;

/** Publishes a stream to an RTMP server, once. */
export class RtmpOutput implements Output {
  readonly #target: RtmpTarget;
  readonly #session: OutputSession;
  readonly #insecureTls: boolean;
  #publication: RtmpPublishClient | null = null;

  constructor(target: RtmpTarget, session: OutputSession, { insecureTls }: { insecureTls: boolean }) {
    this.#target = target;
    this.#session = session;
    this.#insecureTls = insecureTls;
  }

  stats(): OutputStats {
    return { bytesSent: this.#publication?.bytesSent ?? 0, queuedBytes: this.#publication?.queuedBytes ?? 0 };
  }

  async run(reader: Reader, signal: AbortSignal): Promise<void> {
    const publication = await RtmpPublishClient.open(this.#target, {
      insecureTls: this.#insecureTls,
      timeoutMs: CONNECT_TIMEOUT_MS,
      signal,
    });
    this.#publication = publication;
    this.#session.onLive();
    const running = AbortSignal.any([signal, publication.lost]);
    try {
      for (let tags = await reader.read(running); tags; tags = await reader.read(running)) {
        publication.send(tags);
        await publication.drained(running);
      }
      await publication.end(FLUSH_MS);
    } catch (error) {
      if (!publication.lost.aborted) await publication.end(HURRY_MS);
      throw error;
    }
  }
}
