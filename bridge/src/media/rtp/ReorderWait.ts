const MIN_MS = 60;
const MAX_MS = 400;
/** The round trip is not known: enough for a publisher in the same region. */
const DEFAULT_MS = 100;
/** A retransmission takes a round trip plus the time until the SFU asks again: measured 3-4 round trips at 5 % loss. */
const ROUND_TRIPS = 3.5;
const MARGIN = 1.5;
const HALF_LIFE_MS = 20_000;

/** How long a missing packet is waited for: from the publisher's round trip and from how late packets were found to come, 60..400 ms. */
export class ReorderWait {
  #baseMs = DEFAULT_MS;
  #observedMs = 0;
  #observedAtMs = 0;

  constructor(rttMs: number | null) {
    if (rttMs !== null) this.setRtt(rttMs);
  }

  setRtt(rttMs: number): void {
    this.#baseMs = ROUND_TRIPS * rttMs;
  }

  /** The wait now, ms. */
  at(nowMs: number): number {
    return Math.min(MAX_MS, Math.max(MIN_MS, this.#baseMs, this.#decayed(nowMs)));
  }

  /** A missing packet came after `afterMs`, in time or too late: the next one is waited for half as long again, which is forgotten slowly. */
  observe(afterMs: number, nowMs: number): void {
    this.#observedMs = Math.max(this.#decayed(nowMs), afterMs * MARGIN);
    this.#observedAtMs = nowMs;
  }

  #decayed(nowMs: number): number {
    return this.#observedMs * 0.5 ** ((nowMs - this.#observedAtMs) / HALF_LIFE_MS);
  }
}
