import type { Recording } from '@lianmai/protocol';

export interface Retention {
  /** 0: for ever. */
  maxAgeDays: number;
  /** All recordings together; 0: no limit. */
  maxGigabytes: number;
}

const DAY_MS = 86_400_000;
const GIGABYTE = 1e9;

/** Returns the recordings to delete: those that are too old, then the oldest until the rest fits. Recordings in progress stay, and count. */
export function expired(newestFirst: readonly Recording[], { maxAgeDays, maxGigabytes }: Retention, nowMs: number): Recording[] {
  const tooOldMs = maxAgeDays > 0 ? nowMs - maxAgeDays * DAY_MS : Number.NEGATIVE_INFINITY;
  let room = maxGigabytes > 0 ? maxGigabytes * GIGABYTE : Number.POSITIVE_INFINITY;
  for (const one of newestFirst) if (one.state === 'recording') room -= one.bytes;
  return newestFirst.filter((one) => {
    if (one.state === 'recording') return false;
    room -= one.bytes;
    return one.startedAtMs + one.durationMs < tooOldMs || room < 0;
  });
}
