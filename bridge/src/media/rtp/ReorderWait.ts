const MIN_MS = 60;
const MAX_MS = 400;
/** Used while the round trip is unknown: enough for a publisher in the same region. */
const DEFAULT_MS = 100;
/** A retransmission takes a round trip plus the time until the SFU asks again: 3-4 round trips were measured at 5 % loss. */
const ROUND_TRIPS = 3.5;
const MARGIN = 1.5;
const HALF_LIFE_MS = 20_000;

/** How long to wait for a missing packet, 60..400 ms: derived from the publisher's round trip and from how late packets really arrive. */
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

  /** The current wait, ms. */
  at(nowMs: number): number {
    return Math.min(MAX_MS, Math.max(MIN_MS, this.#baseMs, this.#decayed(nowMs)));
  }

  /** A missing packet arrived after `afterMs`, in time or not. The next wait is half as long again; this is forgotten slowly. */
  observe(afterMs: number, nowMs: number): void {
    this.#observedMs = Math.max(this.#decayed(nowMs), afterMs * MARGIN);
    this.#observedAtMs = nowMs;
  }

  #decayed(nowMs: number): number {
    return this.#observedMs * 0.5 ** ((nowMs - this.#observedAtMs) / HALF_LIFE_MS);
  }
}
