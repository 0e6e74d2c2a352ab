import { PartTarget, type Part, type Presentation, type SegmentHead, type SegmentSink } from '../../../media/packaging/index.js';

/** A segment as listed in playlists. Its number under its broadcast's token identifies it for good. */
export interface ListedSegment {
  sequence: number;
  /** Path prefix relative to the playlist, common to its segments: `token/` or `token/a`. */
  prefix: string;
  /** Path of its init segment; null for a gap. */
  init: string | null;
  durationMs: number;
  bytes: number;
  /** When its first frame was on air, epoch ms. */
  atMs: number;
  isIndependent: boolean;
  isDiscontinuous: boolean;
  /** Discontinuities so far across all broadcasts of the channel, including this segment's own. */
  discontinuity: number;
  /** Its media is lost or never existed. */
  isGap: boolean;
}

/** A segment in memory. The one on air is called open. */
export interface Segment extends ListedSegment {
  parts: Part[];
  presentation: Presentation;
  frames: number;
}

export interface PlaylistTimelineOptions {
  /** Segments in the playlist. */
  listed: number;
  /** Segments kept after they leave the playlist, for players that are about to fetch them. */
  kept: number;
  targetMs: number;
  partMs: number;
  /** Distinguishes playlists in file names: '' or a letter. */
  letter: string;
  /** Maps stream time to epoch ms. */
  epochOf: (streamMs: number) => number;
  /** Called when a part or segment was added. */
  onChanged: () => void;
  onClosed?: (segment: Segment) => void;
  /** Called when a segment leaves memory. */
  onForgotten?: (segment: Segment) => void;
}

/** A larger jump of the wall clock between two segments, after the publisher was away, is marked as a discontinuity. */
const LEAP_MS = 1000;

/**
 * The last segments of one playlist of a channel, and the open one. Numbers continue across broadcasts. They start at the clock's seconds,
 * which grow faster than segments do, so no player or cache meets a number twice, even after a restart.
 */
export class PlaylistTimeline implements SegmentSink {
  readonly partTarget: PartTarget;
  readonly #options: PlaylistTimelineOptions;
  readonly #closed: Segment[] = [];
  #open: Segment | null = null;
  #token = '';
  #nextSequence = Math.floor(Date.now() / 1000);
  #discontinuity = 0;
  #targetSeconds: number;
  #mustMark = false;

  constructor(options: PlaylistTimelineOptions) {
    this.#options = options;
    this.partTarget = new PartTarget(options.partMs);
    this.#targetSeconds = Math.max(1, Math.round(options.targetMs / 1000));
  }

  /** Complete segments, oldest first. */
  get listed(): readonly Segment[] {
    return this.#closed.slice(-this.#options.listed);
  }

  get open(): Segment | null {
    return this.#open;
  }

  /** Never decreases, because players must not see it change or be too small. */
  get targetSeconds(): number {
    return this.#targetSeconds;
  }

  get presentation(): Presentation | null {
    return this.#closed.at(-1)?.presentation ?? null;
  }

  /**
   * Starts another broadcast under its own token. Segments of the previous one stay until the first new segment is complete. `after`: the
   * last segment in the DVR window.
   */
  startOver(token: string, after?: { sequence: number; discontinuity: number; targetSeconds: number } | null): void {
    this.#token = token;
    this.#mustMark = this.#closed.length > 0 || after != null;
    if (!after) return;
    this.#nextSequence = after.sequence + 1;
    this.#discontinuity = Math.max(this.#discontinuity, after.discontinuity);
    this.#targetSeconds = Math.max(this.#targetSeconds, after.targetSeconds);
  }

  /** `sequence`: the number of the open segment in the other playlist. */
  begin(head: SegmentHead, sequence = this.#nextSequence): void {
    const last = this.#closed.at(-1);
    const prefix = `${this.#token}/${this.#options.letter}`;
    const atMs = this.#options.epochOf(head.startMs);
    const hasLeapt = last?.prefix === prefix && Math.abs(atMs - last.atMs - last.durationMs) > LEAP_MS;
    const isDiscontinuous = head.isDiscontinuous || this.#mustMark || hasLeapt;
    this.#mustMark = false;
    if (isDiscontinuous) this.#discontinuity++;
    const continues = last?.prefix === prefix && last.presentation === head.presentation;
    this.#nextSequence = sequence + 1;
    this.#open = {
      sequence,
      prefix,
      parts: [],
      durationMs: 0,
      bytes: 0,
      frames: 0,
      isGap: false,
      atMs,
      isIndependent: head.isIndependent,
      isDiscontinuous,
      discontinuity: this.#discontinuity,
      presentation: head.presentation,
      init: continues ? last.init : `${prefix}init-${sequence}.mp4`,
    };
  }

  add(part: Part): void {
    const open = this.#open;
    if (!open) return;
    if (open.parts.length === 0) open.atMs = this.#options.epochOf(part.shownAtMs);
    open.parts.push(part);
    open.durationMs += part.durationMs;
    open.bytes += part.bytes.length;
    open.frames += part.frames;
    this.#options.onChanged();
  }

  end(spanMs: number): void {
    const segment = this.#open;
    if (!segment) return;
    this.#open = null;
    if (segment.parts.length === 0) Object.assign(segment, { isGap: true, init: null, durationMs: Math.max(1, spanMs) });
    this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(segment.durationMs / 1000));
    const last = this.#closed.at(-1);
    if (last && (last.prefix !== segment.prefix || last.sequence + 1 !== segment.sequence)) this.#forget(this.#closed.length);
    this.#closed.push(segment);
    this.#forget(this.#closed.length - this.#options.listed - this.#options.kept);
    this.#options.onClosed?.(segment);
    this.#options.onChanged();
  }

  /** Finds a segment in memory, complete or open. */
  segment(sequence: number): Segment | undefined {
    return this.#open?.sequence === sequence ? this.#open : this.#closed.find((segment) => segment.sequence === sequence);
  }

  /** Finds an init segment by its path, `token/init-5.mp4`. */
  init(path: string): Buffer | undefined {
    if (this.#open?.init === path) return this.#open.presentation.init;
    return this.#closed.find((segment) => segment.init === path)?.presentation.init;
  }

  /** Number of the next segment. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Path prefix of the next segment. */
  get nextPrefix(): string {
    return `${this.#token}/${this.#options.letter}`;
  }

  #forget(count: number): void {
    if (count <= 0) return;
    for (const segment of this.#closed.splice(0, count)) this.#options.onForgotten?.(segment);
  }
}
