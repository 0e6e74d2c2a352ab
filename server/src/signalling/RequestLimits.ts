import { LianmaiError, type RequestName } from '@lianmai/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

interface Limit {
  requests: number;
  perSeconds: number;
}

/** A page that joins a full stage makes about 80 requests at once, and few after that. */
const ALL: Limit = { requests: 300, perSeconds: 10 };
/** Costlier requests, each with a limit of its own as well. */
const SLOWER: Partial<Record<RequestName, Limit>> = {
  sendChat: { requests: 10, perSeconds: 10 },
  requestStage: { requests: 10, perSeconds: 30 },
  join: { requests: 20, perSeconds: 30 },
  createTransport: { requests: 30, perSeconds: 30 },
  startLive: { requests: 10, perSeconds: 30 },
  addOutput: { requests: 30, perSeconds: 30 },
  uploadAsset: { requests: 10, perSeconds: 60 },
};

/** Limits the request rate by connection, and costlier requests by person, who could open many connections. */
export class RequestLimits {
  readonly #all = limiter(ALL);
  readonly #slower = new Map(Object.entries(SLOWER).map(([name, limit]) => [name, limiter(limit)]));

  /** Throws RATE_LIMITED with the time to wait when `key` has made too many requests. */
  async take(name: string, key: { connection: string; person: string }): Promise<void> {
    await consume(this.#all, key.connection);
    const slower = this.#slower.get(name);
    if (slower) await consume(slower, key.person);
  }
}

const limiter = ({ requests, perSeconds }: Limit) => new RateLimiterMemory({ points: requests, duration: perSeconds });

async function consume(from: RateLimiterMemory, key: string): Promise<void> {
  try {
    await from.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new LianmaiError('RATE_LIMITED', { retryAfterMs: refused.msBeforeNext });
  }
}
