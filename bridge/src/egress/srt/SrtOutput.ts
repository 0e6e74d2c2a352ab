import type { Reader } from '../../hub/stream/index.js';
import type { Output, OutputSession, OutputStats } from '../contract.js';
import { SrtPublishClient } from './SrtPublishClient.js';
import type { SrtTarget } from './srtUrl.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** For what is on its way, when the stream ends by itself. */
const FLUSH_MS = 3000;
/** The same, when somebody waits for the end. */
const HURRY_MS = 500;

/** Sends a stream as MPEG-TS to an SRT listener, once. */
export class SrtOutput implements Output {
  readonly #target: SrtTarget;
  readonly #session: OutputSession;
  #publication: SrtPublishClient | null = null;

  constructor(target: SrtTarget, session: OutputSession) {
    this.#target = target;
    this.#session = session;
  }

  stats(): OutputStats {
    return { bytesSent: this.#publication?.bytesSent ?? 0, queuedBytes: this.#publication?.queuedBytes ?? 0 };
  }

  async run(reader: Reader, signal: AbortSignal): Promise<void> {
    const publication = await SrtPublishClient.open(this.#target, { timeoutMs: CONNECT_TIMEOUT_MS, signal });
    this.#publication = publication;
    this.#session.onLive();
    const running = AbortSignal.any([signal, publication.lost]);
    try {
      for (let tags = await reader.read(running); tags; tags = await reader.read(running)) {
        publication.send(tags);
        await publication.drained(running);
      }
      await publication.flushed(AbortSignal.any([running, AbortSignal.timeout(FLUSH_MS)]));
    } catch (error) {
      if (!publication.lost.aborted) await publication.flushed(AbortSignal.timeout(HURRY_MS));
      throw error;
    } finally {
      await publication.close();
    }
  }
}
