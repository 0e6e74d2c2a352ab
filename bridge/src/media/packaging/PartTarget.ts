/** Times come in whole milliseconds: ten pictures at 30 a second last 333 or 334. */
const ROUNDING_MS = 2;

/**
 * The longest that a part may be. Announced to players, so it grows only when pictures are so far apart that nothing else can be done (then usually
 * before the first part is published, and once).
 */
export class PartTarget {
  #ms: number;

  constructor(partMs: number) {
    this.#ms = partMs + ROUNDING_MS;
  }

  get ms(): number {
    return this.#ms;
  }

  mustHold(partMs: number): void {
    // A tick of 90 kHz is not worth another announcement.
    if (partMs > this.#ms + 0.1) this.#ms = Math.ceil(partMs);
  }
}
