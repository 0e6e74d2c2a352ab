import { percentile } from './report.js';

/** The figures of one run. */
export interface Figures {
  readonly [name: string]: number | Figures;
}

/** One figure over all runs: median, smallest and largest. For an even number of runs, the median is the lower of the middle two. */
export interface Spread {
  p50: number;
  min: number;
  max: number;
}

export interface Summary {
  [name: string]: Spread | Summary;
}

/** Repeats a measurement, one run after the other, and prints each result to standard error. */
export async function repeat<Result extends object>(runs: number, once: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let index = 0; index < runs; index++) {
    const result = await once(index);
    console.error(`run ${index + 1} of ${runs}: ${JSON.stringify(result)}`);
    results.push(result);
  }
  return results;
}

/** Median and spread of every figure that the first run has. */
export function summarise(results: readonly Figures[]): Summary {
  const names = Object.keys(results[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, summariseOne(results.flatMap((result) => result[name] ?? []))]));
}

function summariseOne(values: readonly (number | Figures)[]): Spread | Summary {
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === values.length ? spreadOf(numbers) : summarise(values.filter((value) => typeof value !== 'number'));
}

export const spreadOf = (values: readonly number[]): Spread => ({
  p50: percentile(values, 0.5),
  min: Math.min(...values),
  max: Math.max(...values),
});
