import { cpus, totalmem } from 'node:os';

/** Prints the machine to standard error; standard output carries nothing but the result. */
export function describeMachine(): void {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  console.error(`machine: ${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`);
}

export const round = (value: number, digits = 3): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** The nearest-rank percentile. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** The percentiles of one run's samples. */
export const percentiles = (values: readonly number[]) => ({
  p50: Math.round(percentile(values, 0.5)),
  p95: Math.round(percentile(values, 0.95)),
});
