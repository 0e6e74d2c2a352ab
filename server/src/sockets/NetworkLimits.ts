import { RateLimiterMemory } from 'rate-limiter-flexible';

/** A school behind one address comes back at once after a restart of the server. */
const ATTEMPTS = { points: 1000, duration: 10 };
const MAX_PENDING = 200;
const MAX_OPEN = 1000;

/** A connection's place. Call `admitted` when it has shown its token, and `closed` at its end. */
export interface Place {
  admitted(): void;
  closed(): void;
}

/** Limits connections by network (`networkOf`): attempts, those that have not shown a token yet, and all that are open. */
export class NetworkLimits {
  readonly #attempts = new RateLimiterMemory(ATTEMPTS);
  readonly #pending = new Map<string, number>();
  readonly #open = new Map<string, number>();

  /** Returns a place for one more connection, taken before anything is waited for, or null when there is none now. */
  async take(network: string): Promise<Place | null> {
    if ((this.#pending.get(network) ?? 0) >= MAX_PENDING || (this.#open.get(network) ?? 0) >= MAX_OPEN) return null;
    const place = this.#add(network);
    return this.#attempts.consume(network).then(
      () => place,
      () => {
        place.closed();
        return null;
      },
    );
  }

  #add(network: string): Place {
    add(this.#open, network, 1);
    add(this.#pending, network, 1);
    let state: 'pending' | 'admitted' | 'closed' = 'pending';
    const admitted = () => {
      if (state !== 'pending') return;
      state = 'admitted';
      add(this.#pending, network, -1);
    };
    const closed = () => {
      if (state === 'closed') return;
      admitted();
      state = 'closed';
      add(this.#open, network, -1);
    };
    return { admitted, closed };
  }
}

function add(counts: Map<string, number>, network: string, change: 1 | -1): void {
  const count = (counts.get(network) ?? 0) + change;
  if (count > 0) counts.set(network, count);
  else counts.delete(network);
}
