import { ERRORS, LianmaiError, LobbyJoinReply, LobbyRoom, WireError, toLianmaiError, type Role } from '@lianmai/protocol';
import { z } from 'zod';
import { getPreferences } from '../state';

const REQUEST_TIMEOUT_MS = 10_000;

const ErrorBody = z.union([z.object({ error: WireError }).transform(({ error }) => error), WireError]);

/** The server's own error where the answer has one; else the table's entry with the same status. */
async function errorOf(response: Response): Promise<LianmaiError> {
  const body = ErrorBody.safeParse(await response.json().catch(() => null));
  if (body.success) return LianmaiError.fromWire(body.data);
  if (response.status === 404) return new LianmaiError('NOT_FOUND');
  if (response.status === 429) return new LianmaiError('RATE_LIMITED');
  return new LianmaiError(response.status >= 500 ? 'SHUTTING_DOWN' : 'BAD_REQUEST', { status: response.status });
}

async function call<S extends z.ZodType>(path: string, reply: S, init: RequestInit = {}): Promise<z.infer<S>> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    throw new LianmaiError('TIMEOUT', undefined, { message: ERRORS.TIMEOUT.message, cause: error });
  }
  if (!response.ok) throw await errorOf(response);
  const body = reply.safeParse(await response.json().catch(() => null));
  if (!body.success) throw toLianmaiError(body.error);
  return body.data;
}

const lobbyPath = (room: string) => `/api/v1/lobby/${encodeURIComponent(room)}`;

/** What the lobby and the watch page may know about a room without a token. */
export const lobbyRoom = (room: string): Promise<LobbyRoom> => call(lobbyPath(room), LobbyRoom);

export interface LobbyToken {
  token: string;
  expiresAtMs: number;
}

export function requestLobbyToken(request: { room: string; name: string; role: Role }): Promise<LobbyToken> {
  const body = JSON.stringify({ name: request.name, role: request.role, deviceId: getPreferences().deviceId });
  return call(lobbyPath(request.room), LobbyJoinReply, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
