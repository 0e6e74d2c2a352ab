/** Averaging window: longer than a GOP, short enough to show changes. */
const WINDOW_MS = 4000;

interface Reading {
  bytes: number;
  atMs: number;
}

export class Bitrate {
  #readings: Reading[] = [];

  /** Returns kbit/s, or 0 until there are two readings. */
  measure(bytes: number, atMs: number): number {
    // Readings taken too close together give a meaningless rate.
    if (atMs - (this.#readings.at(-1)?.atMs ?? -Infinity) >= 200) this.#readings.push({ bytes, atMs });
    while ((this.#readings[1]?.atMs ?? Infinity) <= atMs - WINDOW_MS) this.#readings.shift();
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (!first || !last || last.atMs === first.atMs) return 0;
    return Math.max(0, Math.round(((last.bytes - first.bytes) * 8) / (last.atMs - first.atMs)));
  }
}
