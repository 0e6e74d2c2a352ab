import { networkOf } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Enough for people who mistype and for a page with an old token; at this rate, even 8 random characters are not found in a lifetime. */
const PER_MINUTE = 20;
const MESSAGE = 'Too many wrong credentials came from your address. Wait, then send the right ones.';

/** Counts wrong credentials by network (`networkOf`) and makes guessers wait. Other addresses are not affected. */
export class GuessLimiter {
  readonly #failures = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  /**
   * Returns what `check` returns, or throws what it throws; UNAUTHENTICATED counts. After too many of those, throws RATE_LIMITED whatever
   * `check` says, so that guessing on tells nothing.
   */
  async guard<T>(address: string, check: () => T): Promise<T> {
    const network = networkOf(address);
    const outcome = outcomeOf(check);
    // Counted before anything is awaited, so that requests sent all at once count too.
    const failures = await (isWrong(outcome) ? this.#failures.penalty(network) : this.#failures.get(network));
    const others = (failures?.consumedPoints ?? 0) - (isWrong(outcome) ? 1 : 0);
    if (others >= PER_MINUTE) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: failures?.msBeforeNext ?? 0 }, { message: MESSAGE });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

type Outcome<T> = { value: T } | { error: unknown };

function outcomeOf<T>(check: () => T): Outcome<T> {
  try {
    return { value: check() };
  } catch (error) {
    return { error };
  }
}

const isWrong = (outcome: Outcome<unknown>): boolean =>
  'error' in outcome && outcome.error instanceof LianmaiError && outcome.error.code === 'UNAUTHENTICATED';
