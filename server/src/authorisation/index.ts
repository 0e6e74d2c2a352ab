/**
 * Who may do what. Tokens (JWT, HS256, signed with the API secret) carry grants into a room; `can` answers yes or no from grants and being on stage;
 * `Access` is the only holder of the secret. Nothing here keeps state or knows rooms.
 */
export { Access } from './TokenAuthority.js';
export { can, canModerate, canPublish, type Standing } from './permissions.js';
export { apiKeyFrom, isSame, type ApiKey } from './apiKey.js';
export { AUDIENCE, type JoinTokenRequest } from './tokens.js';
export { isFromLobby, lobbyIdentity } from './lobbyIdentity.js';
