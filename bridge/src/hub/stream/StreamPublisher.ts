import type { Stream } from './Stream.js';
import type { MediaTag, Publisher } from './streamContract.js';

/** Where the next publisher's first tag goes after the last one of the former: one frame at 25-30 fps. */
const RESUME_STEP_MS = 40;
/** A publisher whose time leaps this far (a wrapped counter, a clock that was set, a file that starts over) goes on where it was. */
const MAX_LEAP_MS = 10_000;
/** Sound and picture of one publisher may be this far out of order. */
const MAX_STEP_BACK_MS = 3000;

/** One publisher's turn at a stream: maps its timestamps onto the stream's timeline. */
export class StreamPublisher implements Publisher {
  readonly stream: Stream;
  readonly #release: (isFinal: boolean) => void;
  /** What is added to this publisher's times so that the stream's timeline goes on; known with its first media tag. */
  #offsetMs: number | null = null;
  /** The newest time it has written, on the stream's timeline. */
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

  /** Players must never see time leap or step back: whoever publishes it, and whatever its counter does. */
  #follow(dtsMs: number): void {
    this.#offsetMs ??= (this.stream.lastDtsMs ?? 0) + RESUME_STEP_MS - dtsMs;
    const atMs = dtsMs + this.#offsetMs;
    const lastMs = this.#lastMs;
    const leaps = lastMs !== null && (atMs - lastMs > MAX_LEAP_MS || lastMs - atMs > MAX_STEP_BACK_MS);
    if (leaps) this.#offsetMs = lastMs + RESUME_STEP_MS - dtsMs;
    this.#lastMs = leaps ? lastMs + RESUME_STEP_MS : Math.max(lastMs ?? atMs, atMs);
  }
}
