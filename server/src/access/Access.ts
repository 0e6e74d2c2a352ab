import { type Secret } from '@lianmai/kit';
import { LianmaiError, type JoinClaims } from '@lianmai/protocol';
import { isSame, type ApiKey } from './credentials.js';
import { AUDIENCE, mintBridgeToken, mintJoinToken, verifyJoinToken, verifyToken, type JoinTokenRequest } from './token.js';

/** A bridge comes back with the token that it was started with, however long it has run. */
const BRIDGE_TOKEN_TTL_S = 365 * 86_400;

/** Everything that knows the API secret: who may call the API, join a room, or be a bridge. */
export class Access {
  readonly #key: ApiKey;
  readonly #bridgeToken: Secret | undefined;

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

  mintBridgeToken(): string {
    return mintBridgeToken(this.#key, BRIDGE_TOKEN_TTL_S);
  }

  /** A minted token, or the one that the operator configured for bridges elsewhere. */
  verifyBridgeToken(token: unknown): void {
    if (this.#bridgeToken && typeof token === 'string' && isSame(token, this.#bridgeToken.reveal())) return;
    verifyToken(this.#key, token, AUDIENCE.bridge);
  }

  /** `Authorization` of an API call: Basic key:secret, or Bearer with a JWT signed with the secret. */
  authenticateApi(authorization: string | undefined): void {
    const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
    if (scheme.toLowerCase() === 'bearer') verifyToken(this.#key, value, AUDIENCE.api);
    else if (scheme.toLowerCase() !== 'basic' || !this.#isKeyAndSecret(value)) throw new LianmaiError('UNAUTHENTICATED');
  }

  #isKeyAndSecret(base64: string): boolean {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const isKey = isSame(text.slice(0, Math.max(colon, 0)), this.#key.id);
    const isSecret = isSame(text.slice(colon + 1), this.#key.secret.reveal());
    return colon >= 0 && isKey && isSecret;
  }
}
