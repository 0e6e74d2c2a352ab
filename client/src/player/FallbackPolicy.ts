import type { PlaybackOption } from './Player';

/** A picture that stands still this often within the window is not worth its nearness. */
const STALLS_ALLOWED = 2;
const STALL_WINDOW_MS = 60_000;
/** How long a way that failed is left alone: doubles with each failure, so that a bad network does not swing to and fro. */
const FIRST_REST_MS = 30_000;
const MAX_REST_MS = 10 * 60_000;
/** Playing this long without a stall wipes out what was before. */
const FORGIVE_AFTER_MS = 5 * 60_000;
/** What plays must have played this smoothly before something nearer is tried. */
const STEADY_BEFORE_CLIMB_MS = 15_000;

interface OptionRecord {
  failures: number;
  restsUntilMs: number;
  stallsAtMs: number[];
}

const keyOf = ({ tier, transport, url }: PlaybackOption) => `${tier} ${transport} ${url}`;

/** Which way is to be tried next. Remembers what failed; knows neither browser nor clock: every call brings the time. */
export class FallbackPolicy {
  #ladder: readonly PlaybackOption[] = [];
  readonly #records = new Map<string, OptionRecord>();

  /** `isByHand`: the viewer asked for it, so that all of it is worth another try at once. */
  setLadder(ladder: readonly PlaybackOption[], { isByHand = false } = {}): void {
    this.#ladder = ladder;
    if (isByHand) this.#records.clear();
  }

  /** The first of the ladder that does not rest; when all do, the one that has rested enough first. */
  best(nowMs: number): PlaybackOption | null {
    const rests = (option: PlaybackOption) => Math.max(nowMs, this.#of(option).restsUntilMs);
    return this.#ladder.reduce<PlaybackOption | null>(
      (found, option) => (found === null || rests(option) < rests(found) ? option : found),
      null,
    );
  }

  /** It did not start, or broke for good. */
  failed(option: PlaybackOption, nowMs: number): void {
    const record = this.#of(option);
    record.restsUntilMs = nowMs + Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** record.failures);
    record.failures++;
    record.stallsAtMs = [];
  }

  /** It stood still, or broke and came back. Answers whether that was once too often: then it rests. */
  stalled(option: PlaybackOption, nowMs: number): boolean {
    const record = this.#of(option);
    record.stallsAtMs = [...record.stallsAtMs.filter((atMs) => nowMs - atMs < STALL_WINDOW_MS), nowMs];
    if (record.stallsAtMs.length <= STALLS_ALLOWED) return false;
    this.failed(option, nowMs);
    return true;
  }

  /** It has played without a stall since then. */
  playedWell(option: PlaybackOption, sinceMs: number, nowMs: number): void {
    if (nowMs - sinceMs >= FORGIVE_AFTER_MS) this.#records.delete(keyOf(option));
  }

  /** What is worth trying in place of `current`, which has played without a stall since then; null: stay. */
  better(current: PlaybackOption, sinceMs: number, nowMs: number): PlaybackOption | null {
    if (nowMs - sinceMs < STEADY_BEFORE_CLIMB_MS) return null;
    return this.preferred(current, nowMs);
  }

  /** The same at once: the viewer waits for it, or the present way has just been found wanting. */
  preferred(current: PlaybackOption, nowMs: number): PlaybackOption | null {
    const at = this.#ladder.findIndex((option) => keyOf(option) === keyOf(current));
    const isLeaving = at < 0 || this.#rests(current, nowMs);
    const candidates = isLeaving ? this.#ladder : this.#ladder.slice(0, at).filter(({ tier }) => tier !== current.tier);
    return candidates.find((option) => keyOf(option) !== keyOf(current) && !this.#rests(option, nowMs)) ?? null;
  }

  #rests(option: PlaybackOption, nowMs: number): boolean {
    return this.#of(option).restsUntilMs > nowMs;
  }

  #of(option: PlaybackOption): OptionRecord {
    const key = keyOf(option);
    const record = this.#records.get(key) ?? { failures: 0, restsUntilMs: Number.NEGATIVE_INFINITY, stallsAtMs: [] };
    this.#records.set(key, record);
    return record;
  }
}
