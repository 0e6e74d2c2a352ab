import { isIPv6 } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** An encoder with an old key tries every few seconds; a person mistypes now and then. */
const PER_MINUTE = 30;

/** Counts wrong keys by address: who guesses waits. One IPv6 network of a subscriber (/64) is one address, or it would be countless. */
export class WrongKeys {
  readonly #limiter = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  /** RATE_LIMITED when too many came from there, whatever comes next. */
  async assertFew(ip: string): Promise<void> {
    const seen = await this.#limiter.get(network(ip));
    if (seen && seen.consumedPoints >= PER_MINUTE) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: seen.msBeforeNext });
  }

  async count(ip: string): Promise<void> {
    await this.#limiter.consume(network(ip)).catch(() => undefined);
  }
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
