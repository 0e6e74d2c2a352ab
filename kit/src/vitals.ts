import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A process with all its threads, or one thread of it. */
export interface Task {
  pid: number;
  /** The kernel's id of the thread; see `ownThreadId`. */
  tid?: number | undefined;
}

/**
 * `runnable` wants a core, or waits for the disk; `stopped` was halted by a signal or a debugger; `asleep` waits for anything else; `gone` has ended.
 */
export type TaskState = 'runnable' | 'asleep' | 'stopped' | 'gone';

export interface Vitals {
  state: TaskState;
  /** User + system time so far, in steps of 10 ms. */
  cpuMs: number;
}

/** Linux reports CPU time to user space in 1/100 s on every architecture (USER_HZ). */
const MS_PER_TICK = 10;
const STATES: Readonly<Record<string, TaskState>> = { R: 'runnable', D: 'runnable', T: 'stopped', t: 'stopped', Z: 'gone', X: 'gone' };
const GONE: Vitals = { state: 'gone', cpuMs: 0 };
const hasProc = existsSync('/proc/self/stat');

/** Returns null where there is no /proc. A process is runnable as soon as one of its threads is; of our own, the calling thread does not count. */
export function readVitals({ pid, tid }: Task): Vitals | null {
  if (!hasProc) return null;
  const folder = `/proc/${pid}/task`;
  const vitals = readStat(tid === undefined ? `/proc/${pid}/stat` : `${folder}/${tid}/stat`);
  const caller = pid === process.pid ? ownThreadId() : undefined;
  if (tid !== undefined || (vitals.state !== 'asleep' && caller === undefined)) return vitals;
  const isRunnable = threadsIn(folder).some(
    (thread) => thread !== `${caller}` && readStat(`${folder}/${thread}/stat`).state === 'runnable',
  );
  return { ...vitals, state: isRunnable ? 'runnable' : 'asleep' };
}

/** The kernel's id of the calling thread; undefined where there is no /proc. Worker threads have no other way to learn it. */
export function ownThreadId(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/stat', 'latin1').split(' ', 1)[0]);
  } catch {
    return undefined;
  }
}

function readStat(file: string): Vitals {
  try {
    const stat = readFileSync(file, 'latin1');
    // The second field is the name in brackets and may contain spaces, so count from its end. State, utime and stime are fields 3, 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: STATES[fields[0] ?? ''] ?? 'asleep', cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK };
  } catch {
    return GONE;
  }
}

function threadsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
