import { LianmaiError } from '@lianmai/protocol';
import type { Log } from './log.js';
import { networkOf } from './networkOf.js';

/** The kind of client that takes the place: publishers find one when players have taken all of theirs. */
export type PlaceRole = 'publish' | 'play';

export interface PlaceLimits {
  /** Places in all. */
  total: number;
  /** Places of one address, which is a /64 for IPv6. */
  perAddress: number;
}

export interface PlacesOptions extends PlaceLimits {
  /** Names the clients that take them, in messages and the log: 'RTMP players'. */
  name: string;
  /** The share of the places, in all and of each address, that players leave free for publishers; default 0. */
  keptForPublishers?: number;
  /** How operators raise the limits: 'rtmp.maxPerAddress'. */
  setting?: string;
  log?: Pick<Log, 'warn'> | undefined;
}

/** The usual share of places that players leave free for publishers. */
export const KEPT_FOR_PUBLISHERS = 0.1;

/** Refusals of one address within this time are logged once. */
const LOG_EVERY_MS = 60_000;
/** Addresses whose last refusal is remembered for the log. */
const MAX_LOGGED = 1000;

/** A bounded number of places, of which one address gets only some. Whoever works for a client takes one first, before any wait. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #byAddress = new Map<string, number>();
  readonly #loggedAtMs = new Map<string, number>();
  #taken = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Whether `take` would succeed. */
  hasPlace(address: string, role: PlaceRole = 'publish'): boolean {
    return this.#refusalOf(networkOf(address), role) === null;
  }

  /**
   * Takes a place and returns the function that gives it back, which may be called twice. Throws RATE_LIMITED when the address has all of its places, and
   * OVERLOADED when all are taken. Each is logged once a minute.
   */
  take(address: string, role: PlaceRole = 'publish'): () => void {
    const network = networkOf(address);
    const refusal = this.#refusalOf(network, role);
    if (refusal) throw this.#refuse(refusal, network);
    this.#taken++;
    this.#byAddress.set(network, (this.#byAddress.get(network) ?? 0) + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(network);
      isTaken = false;
    };
  }

  #refusalOf(network: string, role: PlaceRole): 'RATE_LIMITED' | 'OVERLOADED' | null {
    const { total, perAddress, keptForPublishers = 0 } = this.#options;
    const share = role === 'publish' ? 1 : 1 - keptForPublishers;
    if ((this.#byAddress.get(network) ?? 0) >= shareOf(perAddress, share)) return 'RATE_LIMITED';
    return this.#taken >= shareOf(total, share) ? 'OVERLOADED' : null;
  }

  #giveBack(network: string): void {
    this.#taken--;
    const left = (this.#byAddress.get(network) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(network, left);
    else this.#byAddress.delete(network);
  }

  #refuse(code: 'RATE_LIMITED' | 'OVERLOADED', network: string): LianmaiError {
    const { name } = this.#options;
    this.#logOnce(code === 'OVERLOADED' ? '' : network, code, network);
    const message =
      code === 'RATE_LIMITED'
        ? `Your address has too many ${name}. Close some of them, then try again.`
        : `There is no place left for more ${name}. Try again later.`;
    return new LianmaiError(code, { retryAfterMs: RETRY_AFTER_MS }, { message });
  }

  #logOnce(key: string, code: string, address: string): void {
    const { log, name, setting, total, perAddress } = this.#options;
    const nowMs = performance.now();
    if (!log || nowMs - (this.#loggedAtMs.get(key) ?? -Infinity) < LOG_EVERY_MS) return;
    this.#loggedAtMs.delete(key);
    this.#loggedAtMs.set(key, nowMs);
    for (const oldest of this.#loggedAtMs.keys()) {
      if (this.#loggedAtMs.size <= MAX_LOGGED) break;
      this.#loggedAtMs.delete(oldest);
    }
    log.warn({ address, code, total, perAddress, ...(setting !== undefined && { setting }) }, `refused: too many ${name}`);
  }
}

const RETRY_AFTER_MS = 5000;

/** At least one place, unless there is none at all. */
const shareOf = (places: number, share: number): number => Math.max(Math.min(1, places), Math.floor(places * share));
