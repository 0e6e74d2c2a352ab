import type { PlaybackOption } from './Player';

/** Time limit for the first moving picture, ms. HLS must wait for parts or segments that are not written yet. */
export const START_WITHIN_MS: Record<PlaybackOption['transport'], number> = { whep: 7000, wsFlv: 7000, flv: 7000, hls: 15_000 };

/** More stalls than this within the window cost more than low latency is worth. */
const STALLS_ALLOWED = 2;
const STALL_WINDOW_MS = 60_000;
/** Rest after a failure. It doubles with each one, so that a bad network does not make the player flap. */
const FIRST_REST_MS = 30_000;
const MAX_REST_MS = 10 * 60_000;
/** Steady playback for this long wipes the record clean. */
const FORGIVE_AFTER_MS = 5 * 60_000;
/** The current option must play this smoothly before a lower-latency one is tried. */
const STEADY_BEFORE_CLIMB_MS = 15_000;

interface OptionRecord {
  failures: number;
  restsUntilMs: number;
  stallsAtMs: number[];
}

const keyOf = ({ tier, transport, url }: PlaybackOption) => `${tier} ${transport} ${url}`;

/** Decides which option to try next from what failed before. Pure: every call brings the time, and nothing is asked of the browser. */
export class FallbackPolicy {
  #order: readonly PlaybackOption[] = [];
  readonly #records = new Map<string, OptionRecord>();

  /** `isByHand`: the viewer chose, so every option gets another chance at once. */
  setOrder(order: readonly PlaybackOption[], { isByHand = false } = {}): void {
    this.#order = order;
    if (isByHand) this.#records.clear();
  }

  /** Returns the first option that is not resting, or the one whose rest ends first. */
  best(nowMs: number): PlaybackOption | null {
    const rests = (option: PlaybackOption) => Math.max(nowMs, this.#of(option).restsUntilMs);
    return this.#order.reduce<PlaybackOption | null>(
      (found, option) => (found === null || rests(option) < rests(found) ? option : found),
      null,
    );
  }

  /** It did not start, or it broke for good. */
  failed(option: PlaybackOption, nowMs: number): void {
    const record = this.#of(option);
    record.restsUntilMs = nowMs + Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** record.failures);
    record.failures++;
    record.stallsAtMs = [];
  }

  /** It stalled, or it broke and recovered. Returns whether that was once too often, in which case it rests. */
  stalled(option: PlaybackOption, nowMs: number): boolean {
    const record = this.#of(option);
    record.stallsAtMs = [...record.stallsAtMs.filter((atMs) => nowMs - atMs < STALL_WINDOW_MS), nowMs];
    if (record.stallsAtMs.length <= STALLS_ALLOWED) return false;
    this.failed(option, nowMs);
    return true;
  }

  /** It has played without a stall since `sinceMs`. */
  playedWell(option: PlaybackOption, sinceMs: number, nowMs: number): void {
    if (nowMs - sinceMs >= FORGIVE_AFTER_MS) this.#records.delete(keyOf(option));
  }

  /** Returns an option worth trying instead of `current`, which has played without a stall since `sinceMs`. null: stay. */
  better(current: PlaybackOption, sinceMs: number, nowMs: number): PlaybackOption | null {
    if (nowMs - sinceMs < STEADY_BEFORE_CLIMB_MS) return null;
    return this.preferred(current, nowMs);
  }

  /** The same without waiting: the viewer asked for a switch, or the current option has just failed. */
  preferred(current: PlaybackOption, nowMs: number): PlaybackOption | null {
    const at = this.#order.findIndex((option) => keyOf(option) === keyOf(current));
    const isLeaving = at < 0 || this.#rests(current, nowMs);
    const candidates = isLeaving ? this.#order : this.#order.slice(0, at).filter(({ tier }) => tier !== current.tier);
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
