import { Places, type Log } from '@lianmai/kit';
import { assertDescriptorsFree } from '../../../runtime/index.js';
import type { Ffmpeg } from '../../../media/ffmpeg/index.js';
import type { Stream } from '../../../hub/stream/index.js';
import { takeSnapshot } from './snapshot.js';

/** Posters are reused for this long. */
const FRESH_MS = 10_000;
/** Decoders that run at the same time, and requests that have one or wait for it. */
const MAX_RUNNING = 2;
const MAX_REQUESTS = { total: 52, perAddress: 8 };

interface Poster {
  takenAtMs: number;
  jpeg: Promise<Buffer>;
}

/** Poster images of streams, made on request and cached briefly, so unwatched streams cost nothing. */
export class Posters {
  readonly #ffmpeg: Ffmpeg;
  readonly #log: Log;
  readonly #byStream = new WeakMap<Stream, Poster>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #requests: Places;

  constructor(ffmpeg: Ffmpeg, log: Log) {
    this.#ffmpeg = ffmpeg;
    this.#log = log;
    this.#requests = new Places({ name: 'requests for posters', ...MAX_REQUESTS, log });
  }

  /** Throws what `takeSnapshot` throws, and RATE_LIMITED or OVERLOADED when too many requests wait. `ip`: who asks. */
  async get(stream: Stream, ip: string, nowMs = Date.now()): Promise<Buffer> {
    const known = this.#byStream.get(stream);
    if (known && nowMs - known.takenAtMs < FRESH_MS) return known.jpeg;
    const jpeg = this.#take(stream, ip);
    this.#byStream.set(stream, { takenAtMs: nowMs, jpeg });
    // The next request tries again.
    jpeg.catch(() => this.#byStream.delete(stream));
    return jpeg;
  }

  async #take(stream: Stream, ip: string): Promise<Buffer> {
    const giveBack = this.#requests.take(ip);
    if (this.#running >= MAX_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      assertDescriptorsFree();
      return await takeSnapshot(stream, this.#ffmpeg, this.#log);
    } finally {
      giveBack();
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
