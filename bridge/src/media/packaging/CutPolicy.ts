export interface CutOptions {
  /** Segments are cut at the key frame nearest to this. */
  targetMs: number;
}

/** How far a segment may exceed the target: playlists round durations to whole seconds. */
const TOLERANCE_MS = 400;
/** Anything shorter is not worth a request. */
const MIN_SEGMENT_MS = 400;
/** If a publisher sends no key frame for this long, or this many bytes, segments start without one. */
const MAX_SEGMENT_MS = 12_000;
const MAX_SEGMENT_BYTES = 48 * 1024 * 1024;
/** How fast a long group of pictures is forgotten. */
const GOP_DECAY = 0.9;

/**
 * Decides where segments end. It looks ahead by the length of recent groups of pictures: a key frame is used if waiting for the next one would overshoot. The
 * first group is always a segment, so that a playlist exists as early as possible.
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

  /** Called at a key frame with the current length of the segment. */
  isTimeToCut(elapsedMs: number): boolean {
    return elapsedMs >= MIN_SEGMENT_MS && elapsedMs + this.#gopMs > this.#targetMs + TOLERANCE_MS;
  }

  /** Called anywhere. `pictureAgeMs`: how long no video has arrived while audio has. */
  mustCut(elapsedMs: number, bytes: number, pictureAgeMs: number): boolean {
    const isWithoutPicture = pictureAgeMs > this.#targetMs && elapsedMs >= this.#targetMs;
    return isWithoutPicture || elapsedMs > MAX_SEGMENT_MS || bytes > MAX_SEGMENT_BYTES;
  }

  /** Audio alone can be cut anywhere. */
  isLongEnough(elapsedMs: number): boolean {
    return elapsedMs >= this.#targetMs;
  }

  /** Forgets what was learned about the publisher. */
  forget(): void {
    this.#gopMs = Infinity;
    this.#lastKeyMs = null;
  }
}
