import { LianmaiError, type RequestName } from '@lianmai/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

interface Limit {
  requests: number;
  perSeconds: number;
}

/** A page that joins a full stage makes about 80 requests at once, and few after that. */
const ALL: Limit = { requests: 300, perSeconds: 10 };
/** Requests that weigh more, each with a budget of its own on top. */
const SLOWER: Partial<Record<RequestName, Limit>> = {
  sendChat: { requests: 10, perSeconds: 10 },
  requestStage: { requests: 10, perSeconds: 30 },
  join: { requests: 20, perSeconds: 30 },
  createTransport: { requests: 30, perSeconds: 30 },
  startLive: { requests: 10, perSeconds: 30 },
  addOutput: { requests: 30, perSeconds: 30 },
  uploadAsset: { requests: 10, perSeconds: 60 },
};

/** How often one caller may ask. Counted by connection, and chat by person, who could come with many connections. */
export class RequestLimits {
  readonly #all = limiter(ALL);
  readonly #slower = new Map(Object.entries(SLOWER).map(([name, limit]) => [name, limiter(limit)]));

  /** RATE_LIMITED with the time to wait, when `key` has asked too often. */
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
