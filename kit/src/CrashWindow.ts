export interface CrashLimit {
  /** Crashes within the window that are still worth a restart. */
  maxCrashes: number;
  windowMs: number;
}

/** Counts crashes within a sliding window, to stop restarting something that crashes again and again. */
export class CrashWindow {
  readonly #limit: CrashLimit;
  #atMs: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** Counts one more crash. Returns true when there have now been too many. */
  add(nowMs: number = Date.now()): boolean {
    this.#atMs = [...this.#atMs.filter((atMs) => nowMs - atMs < this.#limit.windowMs), nowMs];
    return this.#atMs.length > this.#limit.maxCrashes;
  }
}
