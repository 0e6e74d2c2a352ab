import { CounterUnwrapper } from '../CounterUnwrapper.js';
import { SlidingMinimum } from './SlidingMinimum.js';

/** RTP timestamps have 32 bits. */
const TIMESTAMP_MODULUS = 2 ** 32;
const WINDOW_MS = 3000;
/** When timestamps jump further than packets can be late, the sender has started a new count. */
const DISCONTINUITY_MS = 2000;
/** Reports vary by a millisecond, and by ten when the machine is busy: follow these slowly, but larger corrections at once. */
const REPORT_JUMP_MS = 15;
const REPORT_WEIGHT = 0.25;

/** The clock of one RTP stream (one SSRC). Media time is in ms on the stream's own count, which does not wrap. */
export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #unwrapper = new CounterUnwrapper(TIMESTAMP_MODULUS);
  readonly #transit = new SlidingMinimum(WINDOW_MS);
  #captureShiftMs: number | null = null;
  #pendingReport: { timestamp: number; ntpMs: number } | null = null;

  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
  }

  /** Minimum of (arrival - media time), ms; null before the first packet. */
  get transitMs(): number | null {
    return this.#transit.value;
  }

  /** Sender's wall clock - media time, ms; null before the first report. */
  get captureShiftMs(): number | null {
    return this.#captureShiftMs;
  }

  /** Call it for every packet on arrival, before reordering. */
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

  /** Media time of a timestamp near the newest one, ms. */
  mediaMs(timestamp: number): number {
    return this.#unwrapper.peek(timestamp) / this.#ticksPerMs;
  }
}

export type TrackKind = 'audio' | 'video';

/** A frame's place on its track's clock. */
export interface FrameTime {
  clock: TrackClock;
  mediaMs: number;
}
