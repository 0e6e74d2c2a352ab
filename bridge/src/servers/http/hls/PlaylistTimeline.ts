import { PartTarget, type Part, type Presentation, type SegmentHead, type SegmentSink } from '../../../media/packaging/index.js';

/** A segment as playlists list it. Its number, within its broadcast's token, is its name for ever. */
export interface ListedSegment {
  sequence: number;
  /** Path, relative to the playlist, without what differs between segments: `token/`, `token/a`. */
  prefix: string;
  /** Path of its init; null: there is nothing to play (a gap). */
  init: string | null;
  durationMs: number;
  bytes: number;
  /** When its first picture was on air, ms since the epoch. */
  atMs: number;
  isIndependent: boolean;
  isDiscontinuous: boolean;
  /** Discontinuities up to here, counted through all broadcasts of the channel; this one's own included. */
  discontinuity: number;
  /** Its media is lost, or there never was any. */
  isGap: boolean;
}

/** One that is in memory: what is on air now is open. */
export interface Segment extends ListedSegment {
  parts: Part[];
  presentation: Presentation;
  frames: number;
}

export interface PlaylistTimelineOptions {
  /** Segments in the playlist. */
  listed: number;
  /** Segments kept after they have left it, for players that are on their way to fetch them. */
  kept: number;
  targetMs: number;
  partMs: number;
  /** Tells renditions apart in names: '' or a letter. */
  letter: string;
  /** Stream time → time of day, ms. */
  epochOf: (streamMs: number) => number;
  /** Something is there that was not. */
  onChanged: () => void;
  onClosed?: (segment: Segment) => void;
  /** Not in memory any more. */
  onForgotten?: (segment: Segment) => void;
}

/** Between two segments the time of day goes on as the media does. Where it cannot, because the publisher was away meanwhile, that is told. */
const LEAP_MS = 1000;

/**
 * The last segments of one rendition of a channel, and the one that is being filled. Numbers go on through all broadcasts; the first one is the seconds
 * of the clock, which grow faster than segments do, so that a player or cache that knows an older broadcast, even of an earlier process, never meets a
 * number again.
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

  /** Complete ones, the oldest first. */
  get listed(): readonly Segment[] {
    return this.#closed.slice(-this.#options.listed);
  }

  get open(): Segment | null {
    return this.#open;
  }

  /** Only grows: players must not see it change, and must not see it too small. */
  get targetSeconds(): number {
    return this.#targetSeconds;
  }

  get presentation(): Presentation | null {
    return this.#closed.at(-1)?.presentation ?? null;
  }

  /** Another broadcast begins under its own token: what is in memory of the one before stays until its first segment is complete. `after` is what the DVR has. */
  startOver(token: string, after?: { sequence: number; discontinuity: number; targetSeconds: number } | null): void {
    this.#token = token;
    this.#mustMark = this.#closed.length > 0 || after != null;
    if (!after) return;
    this.#nextSequence = after.sequence + 1;
    this.#discontinuity = Math.max(this.#discontinuity, after.discontinuity);
    this.#targetSeconds = Math.max(this.#targetSeconds, after.targetSeconds);
  }

  /** `sequence`: where the rendition beside this one is. */
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

  /** In memory, complete or not. */
  segment(sequence: number): Segment | undefined {
    return this.#open?.sequence === sequence ? this.#open : this.#closed.find((segment) => segment.sequence === sequence);
  }

  /** By path: `token/init-5.mp4`. */
  init(path: string): Buffer | undefined {
    if (this.#open?.init === path) return this.#open.presentation.init;
    return this.#closed.find((segment) => segment.init === path)?.presentation.init;
  }

  /** The number that the next segment will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Where it will be. */
  get nextPrefix(): string {
    return `${this.#token}/${this.#options.letter}`;
  }

  #forget(count: number): void {
    if (count <= 0) return;
    for (const segment of this.#closed.splice(0, count)) this.#options.onForgotten?.(segment);
  }
}
