/** Media later than this corrects the wall clock: the publisher was away for a while. */
const MAX_SLIP_MS = 1500;
/** Media that catches up this soon after a correction was only late, so the correction is taken back. */
const REGRET_MS = 10_000;

/**
 * Maps stream time to wall-clock time. When a publisher returns, stream time continues where it stopped, but the wall clock has moved on.
 */
export class ProgramDateTime {
  #offsetMs: number | null = null;
  #formerMs = 0;
  #correctedAtMs = -Infinity;

  /** Records that media with this stream time arrives now. */
  observe(streamMs: number, nowMs: number): void {
    const offsetMs = nowMs - streamMs;
    if (this.#offsetMs === null) this.#offsetMs = offsetMs;
    else if (offsetMs - this.#offsetMs > MAX_SLIP_MS) {
      this.#formerMs = this.#offsetMs;
      this.#offsetMs = offsetMs;
      this.#correctedAtMs = nowMs;
    } else if (nowMs - this.#correctedAtMs < REGRET_MS && offsetMs < this.#offsetMs) this.#offsetMs = Math.max(this.#formerMs, offsetMs);
  }

  at(streamMs: number): number {
    return streamMs + (this.#offsetMs ?? 0);
  }
}
