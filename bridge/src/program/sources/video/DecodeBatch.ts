import { SlidingMinimum, type EncodedFrame, type FrameTime } from '../../../media/rtp/index.js';

/** Most frames that are decoded at once. */
const MAX_FRAMES = 3;
/** Frames are decoded so long before they play: twice what decoding took at worst in the last seconds, and this much more. */
const SPARE_MS = 20;
const OBSERVE_MS = 5000;

export interface DecodeBatchOptions {
  /** When a frame plays, on the monotonic clock; null: not known yet. */
  playsAtMs: (time: FrameTime) => number | null;
  now: () => number;
  decode: (frame: EncodedFrame, time: FrameTime) => void;
}

/**
 * Encoded frames that need not be decoded yet. A frame waits for its playout anyway, and a decoder that gets two or three at once needs less CPU than one that
 * is woken for each, as its code and tables are still in the cache.
 */
export class DecodeBatch {
  readonly #options: DecodeBatchOptions;
  #frames: { frame: EncodedFrame; time: FrameTime }[] = [];
  #deadline: NodeJS.Timeout | undefined;
  /** When frames were given to the decoder. */
  readonly #startedAtMs = new WeakMap<FrameTime, number>();
  /** Negative, so that the minimum is the slowest. */
  readonly #decodingMs = new SlidingMinimum(OBSERVE_MS);

  constructor(options: DecodeBatchOptions) {
    this.#options = options;
  }

  push(frame: EncodedFrame, time: FrameTime): void {
    this.#frames.push({ frame, time });
    const waitMs = this.#frames.length >= MAX_FRAMES ? 0 : this.#waitMs();
    if (waitMs < 1) this.flush();
    else this.#deadline ??= setTimeout(() => this.flush(), waitMs);
  }

  /** Decodes the frames that wait. */
  flush(): void {
    const frames = this.#frames;
    this.clear();
    for (const { frame, time } of frames) {
      this.#startedAtMs.set(time, this.#options.now());
      this.#options.decode(frame, time);
    }
  }

  /** A frame has come out of the decoder. On a busy machine that takes longer, and frames wait for less time. */
  decoded(time: FrameTime): void {
    const atMs = this.#options.now();
    this.#decodingMs.add((this.#startedAtMs.get(time) ?? atMs) - atMs, atMs);
  }

  /** Forgets the frames that wait. */
  clear(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#frames = [];
  }

  /** How long the frame that plays first can still wait, ms. */
  #waitMs(): number {
    const slowestMs = this.#decodingMs.value;
    if (slowestMs === null) return 0;
    const { playsAtMs, now } = this.#options;
    const firstAtMs = Math.min(...this.#frames.map(({ time }) => playsAtMs(time) ?? -Infinity));
    return firstAtMs - now() + 2 * slowestMs - SPARE_MS;
  }
}
