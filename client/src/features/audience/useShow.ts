import type { LobbyRoom } from '@lianmai/protocol';
import { useEffect, useState } from 'react';
import { lobbyRoom } from '../../session';

/** Often enough for a viewer count and a start; hidden pages do not ask. */
const ASK_EVERY_MS = 4000;

export interface Show {
  /** null: not answered yet, or the server cannot be reached. */
  info: LobbyRoom | null;
  /** Where it plays, once it has been live; stays when it ends, because the next start is at the same place. */
  hls: string | null;
}

/** What the server tells everybody about a room's show, kept fresh. A failed question changes nothing: the next one will do. */
export function useShow(room: string): Show {
  const [show, setShow] = useState<Show>({ info: null, hls: null });
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      if (!document.hidden) {
        const info = await lobbyRoom(room).catch(() => null);
        if (isCurrent && info) setShow((before) => ({ info, hls: info.live ? new URL(info.live.hls, location.href).href : before.hls }));
      }
      if (isCurrent) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    setShow({ info: null, hls: null });
    void ask();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [room]);
  return show;
}
