/**
 * Permissions. Tokens (JWT, HS256, signed with the API secret) carry grants into a room; `can` answers yes or no from grants and being on stage or backstage;
 * `TokenAuthority` is the only holder of the secret, and `GuessLimiter` makes those wait who guess it. Nothing here knows rooms.
 */
export { ApiAuthenticator } from './ApiAuthenticator.js';
export { GuessLimiter } from './GuessLimiter.js';
export { TokenAuthority } from './TokenAuthority.js';
export { can, canActOn, canPublish, type Place, type Standing } from './permissions.js';
export { apiKeyFrom, isSame, type ApiKey } from './apiKey.js';
export { AUDIENCE, isFromLobby, lobbyIdentity, type JoinTokenRequest } from './tokens.js';
