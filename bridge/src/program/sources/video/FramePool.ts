/** Spare pictures kept for reuse; more would only be kept for a burst. */
const MAX_SPARE = 4;

/** Memory for pictures of one size at a time: pictures of 300 KB, thirty times a second, are too much for the garbage collector. */
export class FramePool {
  #spare: Uint8Array[] = [];

  take(byteLength: number): Uint8Array {
    const spare = this.#spare.pop();
    if (spare?.length === byteLength) return spare;
    this.#spare = [];
    // Not Buffer.allocUnsafe: its memory may be shared with others and then does not start at 0.
    return new Uint8Array(byteLength);
  }

  give(bytes: Uint8Array): void {
    if (this.#spare.length >= MAX_SPARE) return;
    if (this.#spare[0] && this.#spare[0].length !== bytes.length) this.#spare = [];
    this.#spare.push(bytes);
  }
}
