/**
 * Who may do what. Tokens (JWT, HS256, signed with the API secret) carry grants into a room; `can` answers yes or no from grants and being on stage;
 * `Access` is the only holder of the secret. Nothing here keeps state or knows rooms.
 */
export { Access } from './Access.js';
export { can, canModerate, canPublish, type Standing } from './can.js';
export { apiKeyFrom, isSame, type ApiKey } from './credentials.js';
export { AUDIENCE, type JoinTokenRequest } from './token.js';
export { isFromLobby, lobbyIdentity } from './lobbyIdentity.js';
