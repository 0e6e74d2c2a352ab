import { RateLimiterMemory } from 'rate-limiter-flexible';

/** A school behind one address comes back at once after a restart of the server. */
const ATTEMPTS = { points: 1000, duration: 10 };
const MAX_PENDING = 200;
const MAX_OPEN = 1000;

/** Limits connections by network (`networkOf`): attempts, those that have not shown a token yet, and all that are open. */
export class NetworkLimits {
  readonly #attempts = new RateLimiterMemory(ATTEMPTS);
  readonly #pending = new Map<string, number>();
  readonly #open = new Map<string, number>();

  /** Returns whether one more connection may be opened now. */
  async mayConnect(network: string): Promise<boolean> {
    if ((this.#pending.get(network) ?? 0) >= MAX_PENDING || (this.#open.get(network) ?? 0) >= MAX_OPEN) return false;
    return this.#attempts.consume(network).then(
      () => true,
      () => false,
    );
  }

  /** Counts a connection. Call `admitted` when it has shown its token, and `closed` at its end. */
  add(network: string): { admitted: () => void; closed: () => void } {
    add(this.#open, network, 1);
    add(this.#pending, network, 1);
    let isPending = true;
    const admitted = () => {
      if (isPending) add(this.#pending, network, -1);
      isPending = false;
    };
    const closed = () => {
      admitted();
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
