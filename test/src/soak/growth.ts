import type { Sample } from './heldResources.js';

/** Each process after one round, when everybody has left. */
export interface Round {
  server: Sample;
  bridge: Sample;
}

/** More than this from the first rounds to the last ones is growth. What the allocator keeps and what caches hold stays below. */
export const BOUNDS: Sample = { rssMb: 40, heapMb: 8, externalMb: 16, descriptors: 6, timers: 6, handles: 6 };
const NAMES = Object.keys(BOUNDS) as (keyof Sample)[];
const PROCESSES = ['server', 'bridge'] as const;

/** What grew, in words; empty: nothing. The first round fills caches and is not counted. Minima of the third after it and of the last third are compared. */
export function judge(rounds: readonly Round[]): string[] {
  const counted = rounds.slice(1);
  const third = Math.max(1, Math.floor(counted.length / 3));
  return PROCESSES.flatMap((process) =>
    NAMES.flatMap((name) => {
      const least = (part: readonly Round[]) => Math.min(...part.map((round) => round[process][name]));
      const [first, last] = [least(counted.slice(0, third)), least(counted.slice(-third))];
      return last - first > BOUNDS[name] ? [`${process} ${name}: from ${first.toFixed(1)} to ${last.toFixed(1)}`] : [];
    }),
  );
}

export function print(index: number, round: Round): void {
  if (index === 0) console.log(`round process ${NAMES.map((name) => name.padStart(11)).join(' ')}`);
  for (const process of PROCESSES) {
    const cells = NAMES.map((name) => round[process][name].toFixed(name.endsWith('Mb') ? 1 : 0).padStart(11));
    console.log(`${String(index + 1).padStart(5)} ${process.padEnd(7)} ${cells.join(' ')}`);
  }
}
