import type { MediaSegment } from './Segmenter.js';
import type { Presentation } from './Tracks.js';

export interface WindowOptions {
  /** Segments in the playlist. */
  listed: number;
  /** Segments kept after they have left it, for players that are on their way to fetch them. */
  kept: number;
}

/** A segment under its number, which is its name for ever. */
export interface ListedSegment extends MediaSegment {
  sequence: number;
  initSequence: number;
  /** When its first picture was on air, ms since the epoch. */
  atMs: number;
}

/**
 * The last segments of a channel, numbered through all of its broadcasts: numbers start at the seconds of the clock, which grow faster than segments
 * do, so that a player or cache that knows an older broadcast, even of an earlier process, never meets a number again.
 */
export class SegmentWindow {
  readonly #options: WindowOptions;
  readonly #segments: ListedSegment[] = [];
  readonly #inits: { sequence: number; presentation: Presentation }[] = [];
  #nextSequence = Math.floor(Date.now() / 1000);
  #nextInit = this.#nextSequence;
  #discontinuitySequence = 0;
  #targetSeconds: number;
  #isEnded = false;

  constructor(options: WindowOptions, targetMs: number) {
    this.#options = options;
    this.#targetSeconds = Math.round(targetMs / 1000);
  }

  /** What the playlist shows. */
  get listed(): readonly ListedSegment[] {
    return this.#segments.slice(-this.#options.listed);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Only grows: players must not see it change, and must not see it too small. */
  get targetSeconds(): number {
    return this.#targetSeconds;
  }

  /** Discontinuities that have left the playlist. */
  get discontinuitySequence(): number {
    const gone = this.#segments.length - this.listed.length;
    return this.#discontinuitySequence + this.#segments.slice(0, gone).filter((segment) => segment.isDiscontinuous).length;
  }

  get presentation(): Presentation | null {
    return this.#segments.at(-1)?.presentation ?? null;
  }

  push(segment: MediaSegment, atMs: number): void {
    if (this.#isEnded) this.#startOver();
    const sequence = this.#nextSequence++;
    this.#segments.push({ ...segment, sequence, initSequence: this.#initOf(segment.presentation), atMs });
    this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(segment.durationMs / 1000));
    while (this.#segments.length > this.#options.listed + this.#options.kept) this.#forgetOldest();
  }

  /** The playlist stays as it is, with an end. */
  end(): void {
    this.#isEnded = true;
  }

  segment(sequence: number): ListedSegment | undefined {
    return this.#segments.find((segment) => segment.sequence === sequence);
  }

  init(sequence: number): Buffer | undefined {
    return this.#inits.find((init) => init.sequence === sequence)?.presentation.init;
  }

  /** Another broadcast: nobody who comes now shall see the end of the last one. */
  #startOver(): void {
    this.#isEnded = false;
    while (this.#segments.length > 0) this.#forgetOldest();
    this.#discontinuitySequence++;
    this.#nextSequence = Math.max(this.#nextSequence, Math.floor(Date.now() / 1000));
  }

  #forgetOldest(): void {
    if (this.#segments.shift()?.isDiscontinuous) this.#discontinuitySequence++;
    const oldest = this.#segments[0]?.initSequence;
    while (oldest !== undefined && this.#inits[0] && this.#inits[0].sequence < oldest) this.#inits.shift();
  }

  /** Equal init segments of different broadcasts still get different names: their timelines differ. */
  #initOf(presentation: Presentation): number {
    const last = this.#inits.at(-1);
    if (last?.presentation === presentation) return last.sequence;
    const sequence = this.#nextInit++;
    this.#inits.push({ sequence, presentation });
    return sequence;
  }
}
