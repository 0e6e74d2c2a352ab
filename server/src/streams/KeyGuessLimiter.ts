import { networkOf } from '@lianmai/kit';
import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** An encoder with an old key retries every few seconds; people mistype now and then. */
const OF_STREAM_PER_MINUTE = 30;
/** Many encoders may share one address, so one with an old key must not lock out the others. */
const PER_MINUTE = 300;

/** Counts wrong keys by network (`networkOf`) and stream, and makes guessers wait. */
export class KeyGuessLimiter {
  readonly #byStream = new RateLimiterMemory({ points: OF_STREAM_PER_MINUTE, duration: 60 });
  readonly #byAddress = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  /** Throws RATE_LIMITED when the address has sent too many wrong keys, even if the next one is right. */
  async assertFew(ip: string, stream: StreamRef): Promise<void> {
    const [address, here] = keysOf(ip, stream);
    const [all, some] = [await this.#byAddress.get(address), await this.#byStream.get(here)];
    if (all && all.consumedPoints >= PER_MINUTE) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: all.msBeforeNext });
    if (some && some.consumedPoints >= OF_STREAM_PER_MINUTE) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: some.msBeforeNext });
  }

  async count(ip: string, stream: StreamRef): Promise<void> {
    const [address, here] = keysOf(ip, stream);
    await Promise.allSettled([this.#byAddress.consume(address), this.#byStream.consume(here)]);
  }
}

function keysOf(ip: string, stream: StreamRef): [address: string, here: string] {
  const address = networkOf(ip);
  return [address, `${address} ${streamKey(stream)}`];
}
