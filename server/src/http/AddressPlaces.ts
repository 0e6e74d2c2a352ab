import { networkOf } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';

const RETRY_AFTER_MS = 1000;
const MESSAGE = 'Too many requests from your address are waiting. Try again later.';

/** Bounds how many requests of one network (`networkOf`) may be under way at the same time. */
export class AddressPlaces {
  readonly #perAddress: number;
  readonly #taken = new Map<string, number>();

  constructor(perAddress: number) {
    this.#perAddress = perAddress;
  }

  /** Returns what gives the place back; calling it again has no effect. Throws RATE_LIMITED when all places of the network are taken. */
  take(address: string): () => void {
    const network = networkOf(address);
    const taken = this.#taken.get(network) ?? 0;
    if (taken >= this.#perAddress) throw new LianmaiError('RATE_LIMITED', { retryAfterMs: RETRY_AFTER_MS }, { message: MESSAGE });
    this.#taken.set(network, taken + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(network);
      isTaken = false;
    };
  }

  #giveBack(network: string): void {
    const left = (this.#taken.get(network) ?? 1) - 1;
    if (left > 0) this.#taken.set(network, left);
    else this.#taken.delete(network);
  }
}
