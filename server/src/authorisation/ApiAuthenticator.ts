import { LianmaiError } from '@lianmai/protocol';
import type { GuessLimiter } from './GuessLimiter.js';
import type { TokenAuthority } from './TokenAuthority.js';

/** Checks API credentials wherever they arrive (Basic, Bearer, sign-in), so that guesses by any of these ways count together. */
export class ApiAuthenticator {
  readonly #authority: Pick<TokenAuthority, 'authenticateApi' | 'signIn'>;
  readonly #guesses: GuessLimiter;

  constructor(authority: Pick<TokenAuthority, 'authenticateApi' | 'signIn'>, guesses: GuessLimiter) {
    this.#authority = authority;
    this.#guesses = guesses;
  }

  /** Throws UNAUTHENTICATED, TOKEN_EXPIRED, or RATE_LIMITED after too many wrong credentials from this address. */
  async authenticate(authorization: string | undefined, address: string): Promise<void> {
    // A request without credentials is no guess.
    if (authorization === undefined) throw new LianmaiError('UNAUTHENTICATED');
    await this.#guesses.guard(address, () => this.#authority.authenticateApi(authorization));
  }

  /** Throws UNAUTHENTICATED, or RATE_LIMITED after too many wrong credentials from this address. */
  signIn({ key, secret }: { key: string; secret: string }, address: string): Promise<ReturnType<TokenAuthority['signIn']>> {
    return this.#guesses.guard(address, () => this.#authority.signIn(key, secret));
  }
}
