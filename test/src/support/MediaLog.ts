import { clockMs } from './clockMs.js';
import type { OwnStalls } from './OwnStalls.js';

export type MediaKind = 'audio' | 'video';

export interface Arrival {
  kind: MediaKind;
  /** By `clockMs`. */
  atMs: number;
  /** The media's own time; null where it is not known. */
  mediaMs: number | null;
  /** Media times of different connections have nothing to do with each other. */
  connection: number;
}

/** When media arrived somewhere, from which its gaps can be told. */
export class MediaLog {
  readonly #arrivals: Arrival[] = [];
  readonly #stalls: Pick<OwnStalls, 'withinMs'> | null;

  /** `stalls`: those of the process that notes the arrivals. Media is not missing because nobody looked. */
  constructor(stalls: Pick<OwnStalls, 'withinMs'> | null = null) {
    this.#stalls = stalls;
  }

  add({ kind, mediaMs = null, connection = 0, atMs = clockMs() }: Pick<Arrival, 'kind'> & Partial<Arrival>): void {
    this.#arrivals.push({ kind, mediaMs, connection, atMs });
  }

  /** Whether each of these kinds has arrived in the last `withinMs`. */
  isFlowing(kinds: readonly MediaKind[], withinMs: number): boolean {
    const sinceMs = clockMs() - withinMs;
    return kinds.every((kind) => this.#arrivals.findLast((one) => one.kind === kind && one.atMs >= sinceMs) !== undefined);
  }

  /** The newest of this kind. */
  newest(kind: MediaKind): Arrival | undefined {
    return this.#arrivals.findLast((one) => one.kind === kind);
  }

  /** The longest time between two times in which nothing of this kind arrived although somebody looked. */
  longestGapMs(kind: MediaKind, fromMs: number, toMs: number): number {
    const times = [fromMs, ...this.#between(kind, fromMs, toMs).map(({ atMs }) => atMs), toMs];
    return Math.max(0, ...times.map((time, index) => this.#gapMs(times[index - 1] ?? time, time)));
  }

  /** The longest step of the media's own time within one connection. */
  longestStepMs(kind: MediaKind, fromMs: number, toMs: number): number {
    const all = this.#between(kind, fromMs, toMs);
    return Math.max(0, ...all.map((one, index) => stepBetween(all[index - 1], one)));
  }

  /** Forgets what arrived before. */
  forgetBefore(timeMs: number): void {
    const first = this.#arrivals.findIndex(({ atMs }) => atMs >= timeMs);
    this.#arrivals.splice(0, first < 0 ? this.#arrivals.length : first);
  }

  #gapMs(fromMs: number, toMs: number): number {
    return toMs - fromMs - (this.#stalls?.withinMs(fromMs, toMs) ?? 0);
  }

  #between(kind: MediaKind, fromMs: number, toMs: number): Arrival[] {
    return this.#arrivals.filter((one) => one.kind === kind && one.atMs >= fromMs && one.atMs <= toMs);
  }
}

/** 0 for two connections, whose times cannot be compared. */
function stepBetween(before: Arrival | undefined, after: Arrival): number {
  if (!before || before.connection !== after.connection || before.mediaMs === null || after.mediaMs === null) return 0;
  return after.mediaMs - before.mediaMs;
}
