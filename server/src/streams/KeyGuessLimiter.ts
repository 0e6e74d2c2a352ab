import { isIPv6 } from 'node:net';
import { LianmaiError, streamKey, type StreamRef } from '@lianmai/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** An encoder with an old key tries every few seconds; a person mistypes now and then. */
const OF_STREAM_PER_MINUTE = 30;
/** Many encoders may be behind one address, and one of them with an old key must not keep the others out. */
const PER_MINUTE = 300;

/** Counts wrong keys by address and stream: who guesses waits. One IPv6 network of a subscriber (/64) is one address, or it would be countless. */
export class KeyGuessLimiter {
  readonly #byStream = new RateLimiterMemory({ points: OF_STREAM_PER_MINUTE, duration: 60 });
  readonly #byAddress = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  /** RATE_LIMITED when too many came from there, whatever comes next. */
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
  const address = network(ip);
  return [address, `${address} ${streamKey(stream)}`];
}

function network(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [head = '', tail = ''] = ip.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail.split(':').filter(Boolean);
  const groups = ip.includes('::') ? [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back] : front;
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}
