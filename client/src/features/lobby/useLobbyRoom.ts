import { RoomId, toLianmaiError, type LianmaiError, type LobbyRoom } from '@lianmai/protocol';
import { useEffect, useState } from 'react';
import { lobbyRoom } from '../../session';

export type LobbyAnswer =
  | { state: 'none' }
  | { state: 'asking'; room: string }
  | { state: 'known'; room: string; info: LobbyRoom }
  | { state: 'failed'; room: string; error: LianmaiError };

/** The server is asked once typing pauses for this long. */
const TYPING_PAUSE_MS = 300;
/** The lobby may stay open for long and must not show stale data. */
const REFRESH_MS = 5000;

/** Polls the server's information about a room while the lobby is open. Invalid names are not asked for. */
export function useLobbyRoom(room: string, { isTyped }: { isTyped: boolean }): LobbyAnswer {
  const [answer, setAnswer] = useState<LobbyAnswer>({ state: 'none' });
  const isValid = RoomId.safeParse(room).success;
  useEffect(() => {
    if (!isValid) return setAnswer({ state: 'none' });
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    setAnswer({ state: 'asking', room });
    const ask = async () => {
      const next = await lobbyRoom(room).then(
        (info): LobbyAnswer => ({ state: 'known', room, info }),
        (error: unknown): LobbyAnswer => ({ state: 'failed', room, error: toLianmaiError(error) }),
      );
      if (!isCurrent) return;
      setAnswer(next);
      timer = setTimeout(() => void ask(), REFRESH_MS);
    };
    timer = setTimeout(() => void ask(), isTyped ? TYPING_PAUSE_MS : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [room, isValid, isTyped]);
  return answer;
}
