import { readFileSync } from 'node:fs';
import { percentile } from '../report.js';

export const spread99 = (values: readonly number[]) => ({
  p50Ms: Math.round(percentile(values, 0.5)),
  p99Ms: Math.round(percentile(values, 0.99)),
});

const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
