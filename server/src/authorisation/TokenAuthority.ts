import { type Secret } from '@lianmai/kit';
import { LianmaiError, type JoinClaims } from '@lianmai/protocol';
import { isSame, type ApiKey } from './apiKey.js';
import { AUDIENCE, mintJoinToken, mintSignInToken, verifyJoinToken, verifyToken, type JoinTokenRequest } from './tokens.js';

/** It cannot be taken back, only run out; a page asks for the secret again then. */
const SESSION_TTL_S = 4 * 3600;

/** Everything that knows the API secret: who may call the API, join a room, or be a bridge. */
export class TokenAuthority {
  readonly #key: ApiKey;
  readonly #bridgeTokens: readonly Secret[];

  /** `bridgeTokens`: of the bridge beside this server, and the operator's own for bridges elsewhere. */
  constructor(key: ApiKey, bridgeTokens: readonly Secret[] = []) {
    this.#key = key;
    this.#bridgeTokens = bridgeTokens;
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

  /** One of the bridge tokens, or a JWT that a backend has signed for a bridge. */
  verifyBridgeToken(token: unknown): void {
    if (typeof token === 'string' && this.#bridgeTokens.some((known) => isSame(token, known.reveal()))) return;
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
