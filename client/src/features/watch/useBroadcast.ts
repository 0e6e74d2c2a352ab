import type { LobbyRoom, StreamRef, WatchInfo } from '@lianmai/protocol';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { askPlaylist, type AskBroadcastState, type PlayerSources, type BroadcastState } from '../../player';
import { lobbyRoom, watchInfo } from '../../session';
import { signedSources } from './signedUrls';

/** Often enough for a viewer count and a start; hidden pages do not ask. */
const ASK_EVERY_MS = 4000;
/** While nothing is known yet. */
const ASK_AGAIN_MS = 1500;

interface Broadcast {
  /** null: not answered yet. */
  info: WatchInfo | null;
  /** The room of the same name, if there is one; null also for streams from outside. */
  room: LobbyRoom | null;
  /** The server does not answer, and has not since the page was opened. */
  isUnreachable: boolean;
  sources: PlayerSources | null;
  ask: AskBroadcastState;
}

const STATES: Record<Exclude<WatchInfo['state'], 'offline'>, BroadcastState> = { waiting: 'paused', live: 'live' };

/** What the server tells everybody about a show, kept fresh. A failed question changes nothing: the next one will do. */
export function useBroadcast({ app, name, hasRoom }: StreamRef & { hasRoom: boolean }): Broadcast {
  const [info, setInfo] = useState<WatchInfo | null>(null);
  const [room, setRoom] = useState<LobbyRoom | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const poll = async () => {
      const [found, lobby] = document.hidden
        ? [null, null]
        : await Promise.all([watchInfo({ app, name }).catch(() => null), hasRoom ? lobbyRoom(name).catch(() => null) : null]);
      if (!isCurrent) return;
      if (found) setInfo(found);
      if (lobby) setRoom(lobby);
      if (!document.hidden) setUnreachable(found === null);
      timer = setTimeout(() => void poll(), found ? ASK_EVERY_MS : ASK_AGAIN_MS);
    };
    void poll();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [app, name, hasRoom]);
  // The same addresses are the same object: a new one would start the player anew.
  const play = info && JSON.stringify(info.play);
  const sources = useMemo(() => (info && play ? signedSources(info.play, location) : null), [play]);
  const hls = sources?.hls;
  const ask = useCallback<AskBroadcastState>(
    async (signal) => {
      const known = await watchInfo({ app, name }, signal).catch(() => null);
      if (known && known.state !== 'offline') return STATES[known.state];
      // Asked too often, or only the API is away, or its figures are older than the first picture. The playlist knows too, and also whether there was a show.
      return hls === undefined ? 'unreachable' : askPlaylist(hls, signal);
    },
    [app, name, hls],
  );
  return { info, room, isUnreachable: isUnreachable && info === null, sources, ask };
}
