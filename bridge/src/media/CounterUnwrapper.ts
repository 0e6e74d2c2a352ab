/**
 * Turns a counter that wraps (sequence numbers, timestamps) into one that does not: of all values that the counter may stand for, it takes the one nearest to
 * a reference.
 */
export class CounterUnwrapper {
  readonly #modulus: number;
  #reference: number | null = null;

  constructor(modulus: number) {
    this.#modulus = modulus;
  }

  /** The newest value becomes the reference; a late one does not move it back. */
  unwrap(value: number): number {
    const unwrapped = this.peek(value);
    if (this.#reference === null || unwrapped > this.#reference) this.#reference = unwrapped;
    return unwrapped;
  }

  /** Every value becomes the reference: for senders that jump back and continue from there. */
  follow(value: number): number {
    this.#reference = this.peek(value);
    return this.#reference;
  }

  /** Leaves the reference where it is. */
  peek(value: number): number {
    if (this.#reference === null) return value;
    const half = this.#modulus / 2;
    const step = (((value - this.#reference) % this.#modulus) + this.#modulus + half) % this.#modulus;
    return this.#reference + step - half;
  }
}
