const MODULUS = 2 ** 31;

/** Times of 32 bits as one that grows: some encoders start over after 31 bits, some after 32, and 2^32 is twice 2^31. Sound and picture may be out of order. */
export class TimeUnwrapper {
  #lastMs: number | null = null;

  unwrap(timestampMs: number): number {
    if (this.#lastMs === null) return (this.#lastMs = timestampMs);
    const forwardMs = (((timestampMs - this.#lastMs) % MODULUS) + MODULUS) % MODULUS;
    return (this.#lastMs += forwardMs < MODULUS / 2 ? forwardMs : forwardMs - MODULUS);
  }
}
