import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { assertDescriptorsFree } from '../../../runtime/index.js';
import type { Ffmpeg } from '../../../media/ffmpeg/index.js';
import type { Stream } from '../../../hub/stream/index.js';
import { takeSnapshot } from './snapshot.js';

/** Posters are reused for this long. */
const FRESH_MS = 10_000;
/** Decoders that run at the same time, and requests that may wait for one. */
const MAX_RUNNING = 2;
const MAX_WAITING = 50;

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

  constructor(ffmpeg: Ffmpeg, log: Log) {
    this.#ffmpeg = ffmpeg;
    this.#log = log;
  }

  async get(stream: Stream, nowMs = Date.now()): Promise<Buffer> {
    const known = this.#byStream.get(stream);
    if (known && nowMs - known.takenAtMs < FRESH_MS) return known.jpeg;
    const jpeg = this.#take(stream);
    this.#byStream.set(stream, { takenAtMs: nowMs, jpeg });
    // The next request tries again.
    jpeg.catch(() => this.#byStream.delete(stream));
    return jpeg;
  }

  async #take(stream: Stream): Promise<Buffer> {
    if (this.#running >= MAX_RUNNING) {
      if (this.#waiting.length >= MAX_WAITING) throw new LianmaiError('RATE_LIMITED');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      assertDescriptorsFree();
      return await takeSnapshot(stream, this.#ffmpeg, this.#log);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
