/** Three requests in this time: one packet in a hundred is missing somewhere. */
const WINDOW_MS = 5000;
const REQUESTS = 3;
/** Networks that lose packets do so again. */
const HOLD_MS = 30_000;

/** Tells from requests to send packets again whether a track loses packets on its way. Pure: the time is an argument. */
export class LossDetector {
  #requestedAtMs: readonly number[] = [];
  #lossyUntilMs = -Infinity;

  get lossyUntilMs(): number {
    return this.#lossyUntilMs;
  }

  add(nowMs: number): void {
    this.#requestedAtMs = [...this.#requestedAtMs.slice(1 - REQUESTS), nowMs];
    const [first = nowMs] = this.#requestedAtMs;
    if (this.#requestedAtMs.length === REQUESTS && nowMs - first <= WINDOW_MS) this.#lossyUntilMs = nowMs + HOLD_MS;
  }
}
