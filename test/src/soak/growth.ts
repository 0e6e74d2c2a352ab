import type { Sample } from './heldResources.js';

/** The resources that each process holds after one round, when everyone has left. */
export interface Round {
  server: Sample;
  bridge: Sample;
}

/** A rise above this, from the first rounds to the last, is growth. The allocator and caches stay below it. */
export const BOUNDS: Sample = { rssMb: 40, heapMb: 8, externalMb: 16, descriptors: 6, timers: 6, handles: 6 };
const NAMES = Object.keys(BOUNDS) as (keyof Sample)[];
const PROCESSES = ['server', 'bridge'] as const;

/** Describes what grew; empty if nothing did. Compares the minima of the first and the last third of the rounds; the very first round fills caches and does not count. */
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
