import { LobbyJoinReply, LobbyRoom, type Role } from '@lianmai/protocol';
import { getPreferences } from '../state';
import { callApi } from './callApi';

const lobbyPath = (room: string) => `/api/v1/lobby/${encodeURIComponent(room)}`;

/** Fetches the public information about a room, which needs no token. */
export const lobbyRoom = (room: string): Promise<LobbyRoom> => callApi(lobbyPath(room), LobbyRoom);

export interface LobbyToken {
  token: string;
  expiresAtMs: number;
}

export function requestLobbyToken(request: { room: string; name: string; role: Role }): Promise<LobbyToken> {
  const body = JSON.stringify({ name: request.name, role: request.role, deviceId: getPreferences().deviceId });
  return callApi(lobbyPath(request.room), LobbyJoinReply, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
