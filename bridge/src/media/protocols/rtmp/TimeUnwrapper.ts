const MODULUS = 2 ** 31;
/** Wherever a counter stands at first; room for sound that comes late with a time before the first picture's. */
const MAX_START_MS = 1000;

/** Times of 32 bits as one that grows: some encoders start over after 31 bits, some after 32, and 2^32 is twice 2^31. Sound and picture may be out of order. */
export class TimeUnwrapper {
  #last: { timestampMs: number; atMs: number } | null = null;

  unwrap(timestampMs: number): number {
    const { timestampMs: lastMs, atMs } = this.#last ?? { timestampMs, atMs: Math.min(timestampMs, MAX_START_MS) };
    const forwardMs = (timestampMs - lastMs + 2 * MODULUS) % MODULUS;
    this.#last = { timestampMs, atMs: atMs + (forwardMs < MODULUS / 2 ? forwardMs : forwardMs - MODULUS) };
    return this.#last.atMs;
  }
}
