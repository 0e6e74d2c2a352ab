/** Two clocks, read at the same moment. */
export interface Clocks {
  /** See `nowMs`. */
  nowMs: number;
  /** The time of day, epoch; somebody may set it at any time. */
  wallMs: number;
}

export const readClocks = (): Clocks => ({ nowMs: nowMs(), wallMs: Date.now() });

/** This machine's monotonic clock in ms, the same in every thread of the process (performance.now() is not). */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
