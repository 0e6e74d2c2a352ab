/** How long a join token is valid, s: one from the API, unless the call says otherwise, and one from the lobby page. */
export const API_TOKEN_TTL_S = 6 * 3600;
export const LOBBY_TOKEN_TTL_S = 12 * 3600;
