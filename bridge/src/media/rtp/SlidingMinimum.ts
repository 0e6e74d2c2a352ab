const BUCKETS = 6;

/** The smallest value of the last `windowMs`, kept in a few buckets. It does not change without new values. */
export class SlidingMinimum {
  readonly #bucketMs: number;
  #buckets: { index: number; value: number }[] = [];
  #value: number | null = null;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  get value(): number | null {
    return this.#value;
  }

  add(value: number, nowMs: number): void {
    const index = Math.floor(nowMs / this.#bucketMs);
    const newest = this.#buckets.at(-1);
    if (newest?.index === index) newest.value = Math.min(newest.value, value);
    else this.#turn(index, value);
    if (this.#value === null || value < this.#value) this.#value = value;
  }

  clear(): void {
    this.#buckets = [];
    this.#value = null;
  }

  #turn(index: number, value: number): void {
    this.#buckets = this.#buckets.filter((bucket) => bucket.index > index - BUCKETS);
    this.#buckets.push({ index, value });
    this.#value = Math.min(...this.#buckets.map((bucket) => bucket.value));
  }
}
