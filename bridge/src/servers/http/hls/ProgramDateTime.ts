import type { Clocks } from '../../../runtime/index.js';

/** Media later than this corrects the wall clock: the publisher was away for a while. */
const MAX_SLIP_MS = 1500;
/** Media that catches up this soon after a correction was only late, so the correction is taken back. */
const REGRET_MS = 10_000;

/** Two clocks are never read at quite the same moment, so a smaller step of the time of day is none. */
const MIN_STEP_MS = 500;

/**
 * Maps stream time to wall-clock time. When a publisher returns, stream time continues where it stopped, but the wall clock has moved on. Lateness is judged by
 * the steady clock alone, so that the time of day may be set forward or back meanwhile.
 */
export class ProgramDateTime {
  /** The time of day minus the steady clock. */
  #wallOffsetMs = -Infinity;
  /** The steady clock minus stream time. */
  #offsetMs: number | null = null;
  #formerMs = 0;
  #correctedAtMs = -Infinity;

  /** Records that media with this stream time arrives now, by both clocks. */
  observe(streamMs: number, { nowMs, wallMs }: Clocks): void {
    if (Math.abs(wallMs - nowMs - this.#wallOffsetMs) > MIN_STEP_MS) this.#wallOffsetMs = wallMs - nowMs;
    const offsetMs = nowMs - streamMs;
    if (this.#offsetMs === null) this.#offsetMs = offsetMs;
    else if (offsetMs - this.#offsetMs > MAX_SLIP_MS) {
      this.#formerMs = this.#offsetMs;
      this.#offsetMs = offsetMs;
      this.#correctedAtMs = nowMs;
    } else if (nowMs - this.#correctedAtMs < REGRET_MS && offsetMs < this.#offsetMs) this.#offsetMs = Math.max(this.#formerMs, offsetMs);
  }

  at(streamMs: number): number {
    return this.#offsetMs === null ? streamMs : streamMs + this.#offsetMs + this.#wallOffsetMs;
  }
}
