import { backoffMs, type Backoff } from '@lianmai/kit';
import type { LianmaiError } from '@lianmai/protocol';

/** Pauses between attempts to reach a destination. */
export const RETRY_PAUSES: Backoff = { firstMs: 1000, maxMs: 30_000 };
/** A session that lasted this long resets the pauses. */
const STABLE_MS = 10_000;
/** Consecutive rejections before giving up. More once the destination has accepted the stream, because servers keep a dead session's name for a while. */
const MAX_REJECTIONS = { neverLive: 3, wasLive: 8 };

/** Decides when to try again: for ever while the destination may come back, a few times after rejections. */
export class RetryPolicy {
  readonly #backoff: Backoff;
  #failures = 0;
  #rejections = 0;
  #wasLive = false;

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** Returns the pause before the next attempt, ms; null to give up. `liveMs` is how long the failed session was live, 0 if never. */
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
