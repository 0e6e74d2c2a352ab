const WINDOW_MS = 2000;
/** Used until the rate is known, and for streams with hardly any data. */
const MIN_BYTES_PER_SECOND = 1_000_000;

/** Bytes per second of media time: what a stream needs, however fast it arrives. */
export class MediaRate {
  bytesPerSecond = MIN_BYTES_PER_SECOND;
  #sinceMs: number | null = null;
  #bytes = 0;

  /** `atMs`: the newest media time, if there is any. */
  add(atMs: number | undefined, bytes: number): void {
    this.#bytes += bytes;
    if (atMs === undefined) return;
    const elapsedMs = this.#sinceMs === null ? -1 : atMs - this.#sinceMs;
    if (elapsedMs >= 0 && elapsedMs < WINDOW_MS) return;
    if (elapsedMs > 0) this.bytesPerSecond = Math.max(MIN_BYTES_PER_SECOND, (this.#bytes * 1000) / elapsedMs);
    this.#sinceMs = atMs;
    this.#bytes = 0;
  }
}
