export interface CutOptions {
  /** Segments are cut at the key frame that comes nearest to this. */
  targetMs: number;
}

/** A segment may pass the target by this much: the playlist rounds durations to whole seconds. */
const TOLERANCE_MS = 400;
/** Shorter than this is not worth a request. */
const MIN_SEGMENT_MS = 400;
/** A publisher that sends no key frames for so long, or so much, gets segments that start without one. */
const MAX_SEGMENT_MS = 12_000;
const MAX_SEGMENT_BYTES = 48 * 1024 * 1024;
/** How fast a long group of pictures is forgotten. */
const GOP_DECAY = 0.9;

/**
 * Where segments end. Looks ahead by the length of the last groups of pictures: a key frame is taken if waiting for the next one would overshoot.
 * The first group is always a segment, so that a playlist is there as early as it can be.
 */
export class CutPolicy {
  readonly #targetMs: number;
  #gopMs = Infinity;
  #lastKeyMs: number | null = null;

  constructor({ targetMs }: CutOptions) {
    this.#targetMs = targetMs;
  }

  seeKeyFrame(dtsMs: number): void {
    if (this.#lastKeyMs !== null) {
      const gopMs = dtsMs - this.#lastKeyMs;
      this.#gopMs = this.#gopMs === Infinity ? gopMs : Math.max(gopMs, this.#gopMs * GOP_DECAY);
    }
    this.#lastKeyMs = dtsMs;
  }

  /** At a key frame, with so much in the segment. */
  isTimeToCut(elapsedMs: number): boolean {
    return elapsedMs >= MIN_SEGMENT_MS && elapsedMs + this.#gopMs > this.#targetMs + TOLERANCE_MS;
  }

  /** Anywhere, key frame or not; `pictureAgeMs`: how long no picture has come while sound has. */
  mustCut(elapsedMs: number, bytes: number, pictureAgeMs: number): boolean {
    const isWithoutPicture = pictureAgeMs > this.#targetMs && elapsedMs >= this.#targetMs;
    return isWithoutPicture || elapsedMs > MAX_SEGMENT_MS || bytes > MAX_SEGMENT_BYTES;
  }

  /** Sound alone can be cut anywhere. */
  isLongEnough(elapsedMs: number): boolean {
    return elapsedMs >= this.#targetMs;
  }

  /** What was learned of the publisher does not hold any more. */
  forget(): void {
    this.#gopMs = Infinity;
    this.#lastKeyMs = null;
  }
}
