/** Spare frames kept for reuse. More would only serve a burst. */
const MAX_SPARE = 4;

/** Memory for frames of one size at a time: allocating 300 KB thirty times a second is too much for the garbage collector. */
export class FramePool {
  #spare: Uint8Array[] = [];

  take(byteLength: number): Uint8Array {
    const spare = this.#spare.pop();
    if (spare?.length === byteLength) return spare;
    this.#spare = [];
    // Buffer.allocUnsafe may share its memory and then does not start at 0.
    return new Uint8Array(byteLength);
  }

  give(bytes: Uint8Array): void {
    if (this.#spare.length >= MAX_SPARE) return;
    if (this.#spare[0] && this.#spare[0].length !== bytes.length) this.#spare = [];
    this.#spare.push(bytes);
  }
}
