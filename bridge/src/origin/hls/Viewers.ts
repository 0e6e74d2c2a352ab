/** A player that has not asked for this long has gone. */
const AWAY_MS = 10_000;
/** Memory is bounded, whoever asks. */
const MAX_VIEWERS = 100_000;

/** Counts distinct players by when they last asked for the playlist. */
export class Viewers {
  /** In the order of the last request: the oldest first. */
  readonly #lastSeenMs = new Map<string, number>();

  see(viewer: string, atMs: number): void {
    this.#lastSeenMs.delete(viewer);
    this.#lastSeenMs.set(viewer, atMs);
    this.#forget(atMs);
  }

  count(atMs: number): number {
    this.#forget(atMs);
    return this.#lastSeenMs.size;
  }

  #forget(atMs: number): void {
    for (const [viewer, seenMs] of this.#lastSeenMs) {
      if (atMs - seenMs <= AWAY_MS && this.#lastSeenMs.size <= MAX_VIEWERS) return;
      this.#lastSeenMs.delete(viewer);
    }
  }
}
