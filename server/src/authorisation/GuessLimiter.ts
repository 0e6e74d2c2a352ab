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
   * Runs `check` and counts it when it throws UNAUTHENTICATED. After too many of those, throws RATE_LIMITED without running it, so that
   * guessing on tells nothing.
   */
  async guard<T>(address: string, check: () => T): Promise<T> {
    const network = networkOf(address);
    const failures = await this.#failures.get(network);
    if (failures && failures.consumedPoints >= PER_MINUTE)
      throw new LianmaiError('RATE_LIMITED', { retryAfterMs: failures.msBeforeNext }, { message: MESSAGE });
    try {
      return check();
    } catch (error) {
      if (error instanceof LianmaiError && error.code === 'UNAUTHENTICATED') await this.#failures.penalty(network);
      throw error;
    }
  }
}
