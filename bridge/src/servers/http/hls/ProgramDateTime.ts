/** The time of day of pictures is corrected when it is late by this much: the publisher was away for a while. */
const MAX_SLIP_MS = 1500;
/** What comes in a rush this soon after it was only late. */
const REGRET_MS = 10_000;

/** Stream time → time of day. The stream's time goes on where it was when its publisher comes back; the time of day has not waited. */
export class ProgramDateTime {
  #offsetMs: number | null = null;
  #formerMs = 0;
  #correctedAtMs = -Infinity;

  /** What comes now has this time in the stream. */
  see(streamMs: number, nowMs: number): void {
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
