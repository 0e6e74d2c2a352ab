import type { Recording } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';

export interface Retention {
  /** 0: for ever. */
  maxAgeDays: number;
  /** All recordings together; 0: no limit. */
  maxGigabytes: number;
}

const DAY_MS = 86_400_000;
const GIGABYTE = 1e9;

/** More than clocks drift in a year of running. */
const MAX_LEAD_MS = 3_600_000;

/**
 * The system's clock for deciding what is too old. A clock that leaps ahead must not delete recordings, so it counts only as far as the monotonic clock has
 * run since the start, plus an hour.
 */
export class RetentionClock {
  readonly #startedAtMs = Date.now();
  readonly #startedMs = nowMs();

  /** Epoch ms. */
  now(): number {
    return Math.min(Date.now(), this.#startedAtMs + nowMs() - this.#startedMs + MAX_LEAD_MS);
  }
}

/** Returns the recordings to delete: those that are too old, then the oldest until the rest fits. Recordings in progress stay, and count. */
export function expired(newestFirst: readonly Recording[], { maxAgeDays, maxGigabytes }: Retention, atMs: number): Recording[] {
  const tooOldMs = maxAgeDays > 0 ? atMs - maxAgeDays * DAY_MS : Number.NEGATIVE_INFINITY;
  let room = maxGigabytes > 0 ? maxGigabytes * GIGABYTE : Number.POSITIVE_INFINITY;
  for (const one of newestFirst) if (one.state === 'recording') room -= one.bytes;
  return newestFirst.filter((one) => {
    if (one.state === 'recording') return false;
    room -= one.bytes;
    return one.startedAtMs + one.durationMs < tooOldMs || room < 0;
  });
}
