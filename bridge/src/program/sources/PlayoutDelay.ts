import { SlidingMinimum, type TrackKind } from '../../media/rtp/index.js';

const MIN_PLAYOUT_DELAY_MS = 60;
const MAX_PLAYOUT_DELAY_MS = 450;
/** On top of the reorder wait: decoding, and the way through our own queues. */
const WORK_MS = 50;
const LATE_MARGIN_MS = 10;
const SPARE_MARGIN_MS = 20;
const OBSERVE_MS = 5000;
const SHRINK_MS_PER_S = 3;

/**
 * How late a source's audio and video play: the delay between earliest arrival and playout, 60..450 ms. It grows at once when something is late and shrinks
 * slowly while there is time to spare.
 */
export class PlayoutDelay {
  readonly #waitsMs = { audio: 0, video: 0 };
  #ms = MIN_PLAYOUT_DELAY_MS;
  readonly #spare = new SlidingMinimum(OBSERVE_MS);
  #startedAtMs: number | null = null;
  #shrunkAtMs = 0;

  get ms(): number {
    return this.#ms;
  }

  /** Missing packets of this track may arrive this late. */
  setReorderWait(kind: TrackKind, waitMs: number): void {
    this.#waitsMs[kind] = waitMs;
    this.#ms = Math.max(this.#ms, this.#floorMs);
  }

  /** Something was ready `spareMs` before its playout time; a negative value means it was late. */
  observe(spareMs: number, nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    if (spareMs < 0) this.#grow(-spareMs + LATE_MARGIN_MS);
    else this.#spare.add(spareMs, nowMs);
    const spare = this.#spare.value ?? 0;
    if (nowMs - this.#shrunkAtMs < 1000) return;
    this.#shrunkAtMs = nowMs;
    if (nowMs - this.#startedAtMs >= OBSERVE_MS && spare > SPARE_MARGIN_MS) this.#ms = Math.max(this.#floorMs, this.#ms - SHRINK_MS_PER_S);
  }

  get #floorMs(): number {
    return Math.min(MAX_PLAYOUT_DELAY_MS, Math.max(MIN_PLAYOUT_DELAY_MS, Math.max(this.#waitsMs.audio, this.#waitsMs.video) + WORK_MS));
  }

  #grow(byMs: number): void {
    this.#ms = Math.min(MAX_PLAYOUT_DELAY_MS, this.#ms + byMs);
    this.#spare.clear();
    this.#startedAtMs = null;
  }
}
