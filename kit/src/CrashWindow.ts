export interface CrashLimit {
  /** How many crashes within the window still lead to a restart. */
  maxCrashes: number;
  windowMs: number;
}

/** Counts crashes within a sliding window, so that something that keeps crashing is not restarted for ever. */
export class CrashWindow {
  readonly #limit: CrashLimit;
  #atMs: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** Counts a crash, at `nowMs` on a monotonic clock. Returns true once there have been too many. */
  add(nowMs: number = performance.now()): boolean {
    this.#atMs = [...this.#atMs.filter((atMs) => nowMs - atMs < this.#limit.windowMs), nowMs];
    return this.#atMs.length > this.#limit.maxCrashes;
  }
}
