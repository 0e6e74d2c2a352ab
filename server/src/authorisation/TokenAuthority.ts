import { type Secret } from '@lianmai/kit';
import { LianmaiError, type JoinClaims } from '@lianmai/protocol';
import { isSame, type ApiKey } from './apiKey.js';
import {
  AUDIENCE,
  mintBridgeToken,
  mintJoinToken,
  mintSignInToken,
  verifyJoinToken,
  verifyToken,
  type JoinTokenRequest,
} from './tokens.js';

/** A bridge comes back with the token that it was started with, however long it has run. */
const BRIDGE_TOKEN_TTL_S = 365 * 86_400;
/** It cannot be taken back, only run out; a page asks for the secret again then. */
const SESSION_TTL_S = 4 * 3600;

/** Everything that knows the API secret: who may call the API, join a room, or be a bridge. */
export class TokenAuthority {
  readonly #key: ApiKey;
  readonly #bridgeToken: Secret | undefined;
  /** Minted for bridge processes that still run. */
  readonly #heldBridgeTokens = new Set<string>();

  constructor(key: ApiKey, bridgeToken?: Secret) {
    this.#key = key;
    this.#bridgeToken = bridgeToken;
  }

  mintJoinToken(request: JoinTokenRequest) {
    return mintJoinToken(this.#key, request);
  }

  verifyJoinToken(token: unknown): JoinClaims {
    return verifyJoinToken(this.#key, token);
  }

  /** For an operator's page: UNAUTHENTICATED unless key and secret are right. */
  signIn(key: string, secret: string): { token: string; expiresAtMs: number } {
    if (!this.#isKey(key, secret)) throw new LianmaiError('UNAUTHENTICATED', undefined, { message: 'Key or secret is wrong.' });
    return mintSignInToken(this.#key, SESSION_TTL_S);
  }

  /** For a bridge process that this server starts: valid until `releaseBridgeToken`, even if the system's clock leaps past its end. */
  mintBridgeToken(): string {
    const token = mintBridgeToken(this.#key, BRIDGE_TOKEN_TTL_S);
    this.#heldBridgeTokens.add(token);
    return token;
  }

  /** The process that was given the token has ended. */
  releaseBridgeToken(token: string): void {
    this.#heldBridgeTokens.delete(token);
  }

  /** A minted token, or the one that the operator configured for bridges elsewhere. */
  verifyBridgeToken(token: unknown): void {
    if (typeof token === 'string') {
      if (this.#bridgeToken && isSame(token, this.#bridgeToken.reveal())) return;
      if ([...this.#heldBridgeTokens].some((held) => isSame(token, held))) return;
    }
    verifyToken(this.#key, token, AUDIENCE.bridge);
  }

  /** `Authorization` of an API call: Basic key:secret, or Bearer with a JWT signed with the secret: a backend's own, or a session's. */
  authenticateApi(authorization: string | undefined): void {
    const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
    if (scheme.toLowerCase() === 'bearer') verifyToken(this.#key, value, AUDIENCE.api, AUDIENCE.session);
    else if (scheme.toLowerCase() !== 'basic' || !this.#isKeyAndSecret(value)) throw new LianmaiError('UNAUTHENTICATED');
  }

  #isKeyAndSecret(base64: string): boolean {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon >= 0 && this.#isKey(text.slice(0, colon), text.slice(colon + 1));
  }

  /** Both are compared, whatever the first says. */
  #isKey(id: string, secret: string): boolean {
    const [isId, isSecret] = [isSame(id, this.#key.id), isSame(secret, this.#key.secret.reveal())];
    return isId && isSecret;
  }
}
