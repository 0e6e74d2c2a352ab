/** Times are whole milliseconds: ten frames at 30 fps last 333 or 334 ms. */
const ROUNDING_MS = 2;

/**
 * The longest a part may be. Players are told, so it grows only when frames are so far apart that there is no other way (usually once, before the first part
 * is published). Where it is fixed, as in files, such a part alone is longer.
 */
export class PartTarget {
  readonly #isFixed: boolean;
  #ms: number;

  constructor(partMs: number, { isFixed = false } = {}) {
    this.#isFixed = isFixed;
    this.#ms = partMs + ROUNDING_MS;
  }

  get ms(): number {
    return this.#ms;
  }

  mustHold(partMs: number): void {
    // A tick of 90 kHz is not worth another announcement.
    if (!this.#isFixed && partMs > this.#ms + 0.1) this.#ms = Math.ceil(partMs);
  }
}
