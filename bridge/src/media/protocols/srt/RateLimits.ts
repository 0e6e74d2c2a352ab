/** A burst of this many, then this many per second. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atUs: number | null = null;

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = this.#tokens = burst;
  }

  take(nowUs: number): boolean {
    const elapsedUs = nowUs - (this.#atUs ?? nowUs);
    this.#atUs = nowUs;
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedUs / 1e6) * this.#perSecond);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

const MAX_ADDRESSES = 4096;

/** One bucket per address; the addresses that have been quiet longest are forgotten. */
export class AddressLimits {
  readonly #limit: { perSecond: number; burst: number };
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: { perSecond: number; burst: number }) {
    this.#limit = limit;
  }

  take(address: string, nowUs: number): boolean {
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.#limit);
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_ADDRESSES) break;
      this.#buckets.delete(oldest);
    }
    return bucket.take(nowUs);
  }
}
