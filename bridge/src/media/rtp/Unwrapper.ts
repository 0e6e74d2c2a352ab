/** Turns a counter that wraps (16-bit sequence numbers, 32-bit time stamps) into one that does not: each value is taken as the nearest to the newest before it. */
export class Unwrapper {
  readonly #modulus: number;
  #last: number | null = null;

  constructor(bits: 16 | 32) {
    this.#modulus = 2 ** bits;
  }

  unwrap(value: number): number {
    const unwrapped = this.peek(value);
    if (this.#last === null || unwrapped > this.#last) this.#last = unwrapped;
    return unwrapped;
  }

  /** As `unwrap`, without moving on. */
  peek(value: number): number {
    if (this.#last === null) return value;
    const half = this.#modulus / 2;
    const step = (((value - this.#last) % this.#modulus) + this.#modulus + half) % this.#modulus;
    return this.#last + step - half;
  }
}
