import { createHash } from 'node:crypto';
import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { RefusalLog } from '../sockets/index.js';

/** Wrong tokens by network. A bridge with an old one tries once a second. */
export const BRIDGE_FAILURES = { points: 30, duration: 60 };
const MAX_KNOWN = 1000;

export interface BridgeAdmissionOptions {
  /** Throws (or rejects) unless this is a token of a bridge. */
  verify(token: string): unknown;
  log: Log;
}

/**
 * Checks the tokens of bridges. A network that sent too many wrong ones waits, even with the right one, so that guessing takes for ever.
 * Tokens that were right once, or that this server has handed out, get in all the same: nobody can lock out a bridge that comes back.
 */
export class BridgeAdmission {
  readonly #options: BridgeAdmissionOptions;
  readonly #failures = new RateLimiterMemory(BRIDGE_FAILURES);
  readonly #refusals: RefusalLog;
  /** Digests, oldest first. */
  readonly #known = new Set<string>();

  constructor(options: BridgeAdmissionOptions) {
    this.#options = options;
    this.#refusals = new RefusalLog((fields, message) => options.log.warn(fields, message));
  }

  /** A bridge will come with this token. */
  expect(token: string): void {
    this.#known.add(digestOf(token));
    const [oldest] = this.#known;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Returns the token. Throws UNAUTHENTICATED, TOKEN_EXPIRED, or RATE_LIMITED with the time to wait. */
  async admit(token: unknown, network: string): Promise<string> {
    try {
      if (typeof token !== 'string') throw new LianmaiError('UNAUTHENTICATED');
      if (!this.#known.has(digestOf(token))) await this.#assertFewFailures(network);
      await this.#options.verify(token);
      this.expect(token);
      return token;
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (error.code !== 'RATE_LIMITED') await this.#failures.consume(network).catch(() => undefined);
      this.#refusals.note(network, { code: error.code, network }, 'a bridge was refused');
      throw error;
    }
  }

  async #assertFewFailures(network: string): Promise<void> {
    const failures = await this.#failures.get(network);
    if (failures && failures.consumedPoints >= BRIDGE_FAILURES.points)
      throw new LianmaiError('RATE_LIMITED', { retryAfterMs: failures.msBeforeNext });
  }
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64');
