const WRAP = 2 ** 33;

/** Makes the 33-bit times of one program grow without wrapping (every 26.5 h): each is taken to be the one nearest to the last. */
export class TimeUnwrapper {
  #last: number | null = null;

  /** For decoding times: moves on. */
  follow(time90k: number): number {
    return (this.#last = this.near(time90k));
  }

  /** For presentation times, which stand near the decoding time. */
  near(time90k: number): number {
    if (this.#last === null) return time90k;
    const lap = Math.round((this.#last - time90k) / WRAP);
    return time90k + lap * WRAP;
  }
}
