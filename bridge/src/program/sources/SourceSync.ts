/**
 * When things are shown. Three clocks: RTP time stamps of each track, the sender's wall clock that its reports tie them to, and ours. The two tracks of a
 * source share the sender's clock, so what was captured together is shown together, however late one of them came:
 *
 *   playout = capture + offset + delay      offset = least of (arrival - capture) in 3 s, over both tracks
 *
 * Until both tracks have a report, each is placed by its own arrivals. Pure: time comes in as an argument.
 */
import { Unwrapper } from '../../media/rtp/index.js';
import { SlidingMinimum } from '../../media/rtp/SlidingMinimum.js';

const WINDOW_MS = 3000;
/** A sender whose time stamps jump further than its packets can be late has started a new count. */
const DISCONTINUITY_MS = 2000;
/** Reports wander by a millisecond, and by ten when the machine is busy: follow slowly; further is a correction, take it at once. */
const REPORT_JUMP_MS = 15;
const REPORT_WEIGHT = 0.25;
/** Reports that put the two tracks further apart than the delay can make up for are wrong. */
const MAX_SKEW_MS = 600;

/** The clock of one RTP stream (one SSRC). Media time is in ms on the stream's own count, which does not wrap. */
export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #unwrapper = new Unwrapper(32);
  readonly #transit = new SlidingMinimum(WINDOW_MS);
  #captureShiftMs: number | null = null;
  #pendingReport: { timestamp: number; ntpMs: number } | null = null;

  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
  }

  /** Least of (arrival - media time), ms; null before the first packet. */
  get transitMs(): number | null {
    return this.#transit.value;
  }

  /** Sender's wall clock - media time, ms; null before the first report. */
  get captureShiftMs(): number | null {
    return this.#captureShiftMs;
  }

  /** A packet came. Call it as it comes, before packets are put in order. */
  arrived(timestamp: number, nowMs: number): void {
    const mediaMs = this.#unwrapper.unwrap(timestamp) / this.#ticksPerMs;
    const transitMs = nowMs - mediaMs;
    const least = this.#transit.value;
    if (least !== null && Math.abs(transitMs - least) > DISCONTINUITY_MS) {
      this.#transit.clear();
      this.#captureShiftMs = null;
    }
    this.#transit.add(transitMs, nowMs);
    if (this.#pendingReport) this.reported(this.#pendingReport.timestamp, this.#pendingReport.ntpMs);
  }

  reported(timestamp: number, ntpMs: number): void {
    this.#pendingReport = this.#transit.value === null ? { timestamp, ntpMs } : null;
    if (this.#pendingReport) return;
    const shiftMs = ntpMs - this.mediaMs(timestamp);
    const before = this.#captureShiftMs;
    const isSmall = before !== null && Math.abs(shiftMs - before) < REPORT_JUMP_MS;
    this.#captureShiftMs = isSmall ? before + (shiftMs - before) * REPORT_WEIGHT : shiftMs;
  }

  /** Media time of a time stamp near the newest, ms. */
  mediaMs(timestamp: number): number {
    return this.#unwrapper.peek(timestamp) / this.#ticksPerMs;
  }
}

export type TrackKind = 'audio' | 'video';

/** What the tracks of one source share: the offset to our clock, and the delay. */
export class SourceSync {
  readonly delay: PlayoutDelay;
  #audio: TrackClock | null = null;
  #video: TrackClock | null = null;
  /** Where tracks that have ended were placed last: what is left of them plays out there. */
  readonly #frozen = new WeakMap<TrackClock, number>();

  constructor(delay: PlayoutDelay) {
    this.delay = delay;
  }

  setClock(kind: TrackKind, clock: TrackClock | null): void {
    const before = kind === 'audio' ? this.#audio : this.#video;
    const placedMs = before && this.#placeMs(before);
    if (before && placedMs !== null) this.#frozen.set(before, placedMs);
    if (kind === 'audio') this.#audio = clock;
    else this.#video = clock;
    if (!clock) this.delay.setReorderWait(kind, 0);
  }

  /** Whether both tracks are placed by the sender's clock. */
  get isShared(): boolean {
    return this.#sharedOffsetMs() !== null;
  }

  /** What to add to a track's media time to get the time at which it plays, ms; null before its first packet. */
  shiftMs(clock: TrackClock): number | null {
    const placedMs = this.#frozen.get(clock) ?? this.#placeMs(clock);
    return placedMs === null ? null : placedMs + this.delay.ms;
  }

  #placeMs({ captureShiftMs, transitMs }: TrackClock): number | null {
    const offsetMs = this.#sharedOffsetMs();
    return offsetMs === null || captureShiftMs === null ? transitMs : captureShiftMs + offsetMs;
  }

  #sharedOffsetMs(): number | null {
    const audioMs = this.#audio && offsetMs(this.#audio);
    const videoMs = this.#video && offsetMs(this.#video);
    if (audioMs === null || videoMs === null || Math.abs(audioMs - videoMs) > MAX_SKEW_MS) return null;
    return Math.min(audioMs, videoMs);
  }
}

const offsetMs = ({ transitMs, captureShiftMs }: TrackClock): number | null =>
  transitMs === null || captureShiftMs === null ? null : transitMs - captureShiftMs;

const MIN_DELAY_MS = 60;
const MAX_DELAY_MS = 450;
/** On top of the reorder wait: decoding, and the way through our own queues. */
const WORK_MS = 50;
const LATE_MARGIN_MS = 10;
const SPARE_MARGIN_MS = 20;
const OBSERVE_MS = 5000;
const SHRINK_MS_PER_S = 3;

/** The delay between earliest arrival and playout, 60..450 ms: grows at once when something is late, shrinks slowly while there is time to spare. */
export class PlayoutDelay {
  readonly #waitsMs = { audio: 0, video: 0 };
  #ms = MIN_DELAY_MS;
  readonly #spare = new SlidingMinimum(OBSERVE_MS);
  #startedAtMs: number | null = null;
  #shrunkAtMs = 0;

  get ms(): number {
    return this.#ms;
  }

  /** What is missing of this track may come this late. */
  setReorderWait(kind: TrackKind, waitMs: number): void {
    this.#waitsMs[kind] = waitMs;
    this.#ms = Math.max(this.#ms, this.#floorMs);
  }

  /** Something was ready to be played `spareMs` before its time, or after it (negative). */
  observe(spareMs: number, nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    if (spareMs < 0) this.#grow(-spareMs + LATE_MARGIN_MS);
    else this.#spare.add(spareMs, nowMs);
    const spare = this.#spare.value ?? 0;
    if (nowMs - this.#shrunkAtMs < 1000) return;
    this.#shrunkAtMs = nowMs;
    if (nowMs - this.#startedAtMs >= OBSERVE_MS && spare > SPARE_MARGIN_MS) this.#ms = Math.max(this.#floorMs, this.#ms - SHRINK_MS_PER_S);
  }

  get #floorMs(): number {
    return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, Math.max(this.#waitsMs.audio, this.#waitsMs.video) + WORK_MS));
  }

  #grow(byMs: number): void {
    this.#ms = Math.min(MAX_DELAY_MS, this.#ms + byMs);
    this.#spare.clear();
    this.#startedAtMs = null;
  }
}
