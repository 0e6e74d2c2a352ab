import { networkOf } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

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
    let value: T;
    try {
      value = check();
    } catch (error) {
      // Counted before anything is awaited, so that requests sent all at once count too.
      const counted = isWrong(error) ? 1 : 0;
      assertFew(await (counted ? this.#failures.penalty(network) : this.#failures.get(network)), counted);
      throw error;
    }
    assertFew(await this.#failures.get(network), 0);
    return value;
  }
}

const isWrong = (error: unknown): boolean => error instanceof LianmaiError && error.code === 'UNAUTHENTICATED';

/** Throws RATE_LIMITED if there were too many failures besides the one `counted` now. */
function assertFew(failures: RateLimiterRes | null, counted: number): void {
  if (failures && failures.consumedPoints - counted >= PER_MINUTE)
    throw new LianmaiError('RATE_LIMITED', { retryAfterMs: failures.msBeforeNext }, { message: MESSAGE });
}
