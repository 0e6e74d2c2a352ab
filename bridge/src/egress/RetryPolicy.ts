import { backoffMs, type Backoff } from '@lianmai/kit';
import type { LianmaiError } from '@lianmai/protocol';

/** A session that held this long was a good one: its failure starts the waits from the beginning. */
const STABLE_MS = 10_000;
/** Refusals in a row until it is not worth asking again. More once it was accepted: servers hold a dead session's name for a while. */
const MAX_REJECTIONS = { neverLive: 3, wasLive: 8 };

/** When to try again: for ever where the destination may come back, a few times where it said no. */
export class RetryPolicy {
  readonly #backoff: Backoff;
  #failures = 0;
  #rejections = 0;
  #wasLive = false;

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** Wait before the next attempt, ms; null: give up. `liveMs` is how long the failed session was live, 0 if never. */
  next(failure: LianmaiError, liveMs: number): number | null {
    if (liveMs > 0) {
      this.#wasLive = true;
      this.#rejections = 0;
    }
    if (liveMs >= STABLE_MS) this.#failures = 0;
    if (!failure.retry && ++this.#rejections >= (this.#wasLive ? MAX_REJECTIONS.wasLive : MAX_REJECTIONS.neverLive)) return null;
    return backoffMs(this.#backoff, this.#failures++);
  }

  /** Somebody asked for another attempt. */
  reset(): void {
    this.#failures = 0;
    this.#rejections = 0;
  }
}
