/** Bits per second over the last few samples of a counter. */
export class RateMeter {
  readonly #windowMs: number;
  #samples: { bytes: number; atMs: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  sample(bytes: number, atMs: number): void {
    this.#samples.push({ bytes, atMs });
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= this.#windowMs) this.#samples.shift();
  }

  get kbps(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs <= first.atMs) return 0;
    return Math.max(0, Math.round(((last.bytes - first.bytes) * 8) / (last.atMs - first.atMs)));
  }

  reset(): void {
    this.#samples = [];
  }
}
