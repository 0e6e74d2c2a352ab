import { ERRORS, Identity, JoinClaims, LianmaiError, type Grants, type TokenReply } from '@lianmai/protocol';
import jwt from 'jsonwebtoken';
import type { z } from 'zod';
import type { ApiKey } from './apiKey.js';

/** The audience of a token. No other audience accepts it. */
export const AUDIENCE = { join: 'lianmai:join', api: 'lianmai:api', bridge: 'lianmai:bridge', session: 'lianmai:session' } as const;
export type Audience = (typeof AUDIENCE)[keyof typeof AUDIENCE];

const ALGORITHM = 'HS256';
/** Clocks of backends that sign their own tokens may be off by this much. */
const CLOCK_TOLERANCE_S = 10;
const MAX_TOKEN_LENGTH = 8192;

const LOBBY_PREFIX = 'lobby:';

/** The identity of a person whom the open lobby lets in. Their browser keeps `deviceId`. */
export const lobbyIdentity = (deviceId: string): Identity => Identity.parse(`${LOBBY_PREFIX}${deviceId}`);
export const isFromLobby = (identity: Identity): boolean => identity.startsWith(LOBBY_PREFIX);

export interface JoinTokenRequest {
  identity: Identity;
  name: string;
  grants: Grants;
  ttlSeconds: number;
}

export function mintJoinToken(key: ApiKey, { identity, name, grants, ttlSeconds }: JoinTokenRequest): z.infer<typeof TokenReply> {
  const token = sign(key, AUDIENCE.join, { sub: identity, name, grants }, ttlSeconds);
  return { token, expiresAtMs: Date.now() + ttlSeconds * 1000 };
}

/** For an operator's page that has shown key and secret: as good as they are, for a while. */
export function mintSignInToken(key: ApiKey, ttlSeconds: number): z.infer<typeof TokenReply> {
  return { token: sign(key, AUDIENCE.session, {}, ttlSeconds), expiresAtMs: Date.now() + ttlSeconds * 1000 };
}

function sign(key: ApiKey, audience: Audience, claims: object, ttlSeconds: number): string {
  return jwt.sign(claims, key.secret.reveal(), { algorithm: ALGORITHM, keyid: key.id, audience, expiresIn: ttlSeconds });
}

/** Returns the claims of a join token. Throws UNAUTHENTICATED or TOKEN_EXPIRED if it is not one of ours. */
export function verifyJoinToken(key: ApiKey, token: unknown): JoinClaims {
  const result = JoinClaims.safeParse(verifyToken(key, token, AUDIENCE.join));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const claim = issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'claims';
  throw new LianmaiError('UNAUTHENTICATED', undefined, { message: `The token's claims are not valid: ${claim}` });
}

/** Signature, algorithm, audience and expiry. Without `exp` a token would be good for ever: refused. */
export function verifyToken(key: ApiKey, token: unknown, ...audiences: readonly [Audience, ...Audience[]]): jwt.JwtPayload {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new LianmaiError('UNAUTHENTICATED');
  try {
    const { header, payload } = jwt.verify(token, key.secret.reveal(), {
      algorithms: [ALGORITHM],
      audience: [...audiences] as [Audience, ...Audience[]],
      clockTolerance: CLOCK_TOLERANCE_S,
      complete: true,
    });
    if (typeof payload === 'string' || payload.exp === undefined) throw new LianmaiError('UNAUTHENTICATED');
    if (header.kid !== undefined && header.kid !== key.id) throw unknownKey();
    return payload;
  } catch (error) {
    if (error instanceof LianmaiError) throw error;
    if (error instanceof jwt.TokenExpiredError) throw new LianmaiError('TOKEN_EXPIRED', undefined, { cause: error });
    throw new LianmaiError('UNAUTHENTICATED', undefined, { cause: error });
  }
}

const unknownKey = () =>
  new LianmaiError('UNAUTHENTICATED', undefined, { message: `${ERRORS.UNAUTHENTICATED.message} The key id (kid) is unknown.` });
