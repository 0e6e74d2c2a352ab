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

/** A clock that pages and this process share, and that steps of the machine's time do not move. */
export const clockMs = (): number => performance.timeOrigin + performance.now();

/** When media arrived somewhere, from which its gaps can be told. */
export class MediaLog {
  readonly #arrivals: Arrival[] = [];

  add({ kind, mediaMs = null, connection = 0, atMs = clockMs() }: Pick<Arrival, 'kind'> & Partial<Arrival>): void {
    this.#arrivals.push({ kind, mediaMs, connection, atMs });
  }

  /** Whether each of these kinds has arrived in the last `withinMs`. */
  isFlowing(kinds: readonly MediaKind[], withinMs: number): boolean {
    const sinceMs = clockMs() - withinMs;
    return kinds.every((kind) => this.#arrivals.findLast((one) => one.kind === kind && one.atMs >= sinceMs) !== undefined);
  }

  /** The longest time between two times in which nothing of this kind arrived. */
  longestGapMs(kind: MediaKind, fromMs: number, toMs: number): number {
    const times = this.#between(kind, fromMs, toMs).map(({ atMs }) => atMs);
    return longest([fromMs, ...times, toMs]);
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

  #between(kind: MediaKind, fromMs: number, toMs: number): Arrival[] {
    return this.#arrivals.filter((one) => one.kind === kind && one.atMs >= fromMs && one.atMs <= toMs);
  }
}

const longest = (times: readonly number[]): number => Math.max(0, ...times.map((time, index) => time - (times[index - 1] ?? time)));

/** 0 for two connections, whose times cannot be compared. */
function stepBetween(before: Arrival | undefined, after: Arrival): number {
  if (!before || before.connection !== after.connection || before.mediaMs === null || after.mediaMs === null) return 0;
  return after.mediaMs - before.mediaMs;
}
