export interface Rate {
  /** The most that may come at once. */
  burst: number;
  perSecond: number;
}

/** Counts at a rate: `burst` at once, then `perSecond`. */
export class TokenBucket {
  readonly #now: () => number;
  readonly #rate: Rate;
  #left: number;
  #atMs: number;

  /** `now`: monotonic, ms. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#rate = rate;
    this.#left = rate.burst;
    this.#atMs = now();
  }

  /** Returns false when there is not enough left; then nothing is taken. */
  take(amount: number): boolean {
    const nowMs = this.#now();
    this.#left = Math.min(this.#rate.burst, this.#left + ((nowMs - this.#atMs) * this.#rate.perSecond) / 1000);
    this.#atMs = nowMs;
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }
}
