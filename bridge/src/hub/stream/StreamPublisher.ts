import type { Stream } from './Stream.js';
import type { MediaTag, Publisher } from './streamContract.js';

/** Gap between the last tag of one publisher and the first of the next: one frame at 25 fps. */
const RESUME_STEP_MS = 40;
/** A forward jump beyond this (wrapped counter, changed clock, restarted file) is closed up to RESUME_STEP_MS. */
const MAX_LEAP_MS = 10_000;
/** Audio and video of one publisher may be interleaved this far out of order. */
const MAX_STEP_BACK_MS = 3000;

/** One publisher's turn at a stream: maps its timestamps onto the stream's timeline. */
export class StreamPublisher implements Publisher {
  readonly stream: Stream;
  readonly #release: (isFinal: boolean) => void;
  /** Offset from this publisher's timestamps to the stream's timeline; set by its first media tag. */
  #offsetMs: number | null = null;
  /** Highest time written by this publisher, on the stream's timeline. */
  #lastMs: number | null = null;
  #isClosed = false;

  constructor(stream: Stream, release: (isFinal: boolean) => void) {
    this.stream = stream;
    this.#release = release;
    if (stream.lastDtsMs === null) this.#offsetMs = 0;
  }

  write(tag: MediaTag): void {
    if (this.#isClosed) return;
    const isMedia = tag.kind !== 'data' && !tag.isConfig;
    if (isMedia) this.#follow(tag.dtsMs);
    const dtsMs = isMedia ? tag.dtsMs + (this.#offsetMs ?? 0) : (this.stream.lastDtsMs ?? 0);
    this.stream.write(dtsMs === tag.dtsMs ? tag : { ...tag, dtsMs });
  }

  close(_reason: string, isFinal = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release(isFinal);
  }

  /** Keeps the stream's timeline continuous across publishers and counter jumps. */
  #follow(dtsMs: number): void {
    this.#offsetMs ??= (this.stream.lastDtsMs ?? 0) + RESUME_STEP_MS - dtsMs;
    const atMs = dtsMs + this.#offsetMs;
    const lastMs = this.#lastMs;
    const hasJumped = lastMs !== null && (atMs - lastMs > MAX_LEAP_MS || lastMs - atMs > MAX_STEP_BACK_MS);
    if (hasJumped) this.#offsetMs = lastMs + RESUME_STEP_MS - dtsMs;
    this.#lastMs = hasJumped ? lastMs + RESUME_STEP_MS : Math.max(lastMs ?? atMs, atMs);
  }
}
