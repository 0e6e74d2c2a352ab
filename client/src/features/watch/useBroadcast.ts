import type { LobbyRoom, StreamRef, WatchInfo } from '@lianmai/protocol';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { askPlaylist, type AskBroadcastState, type PlayerSources, type BroadcastState } from '../../player';
import { lobbyRoom, watchInfo } from '../../session';
import { signatureOf, signedSources } from './signedUrls';

/** Often enough for a viewer count and a start. Hidden pages do not poll. */
const ASK_EVERY_MS = 4000;
/** While the server does not answer. */
const ASK_AGAIN_MS = 1500;
/** A single failure may be a limit on requests, or a moment without a network. */
const FAILURES_UNTIL_UNREACHABLE = 2;

export interface Broadcast {
  /** null: no answer yet. */
  info: WatchInfo | null;
  /** The room of the same name. null: there is none, or the stream comes from outside. */
  room: LobbyRoom | null;
  /** The server does not answer. */
  isUnreachable: boolean;
  sources: PlayerSources | null;
  ask: AskBroadcastState;
}

const STATES: Record<Exclude<WatchInfo['state'], 'offline'>, BroadcastState> = { waiting: 'paused', live: 'live' };

/** The server's public information about a broadcast, kept fresh. A failed request changes nothing; the next one will do. */
export function useBroadcast({ app, name, hasRoom }: StreamRef & { hasRoom: boolean }): Broadcast {
  const [info, setInfo] = useState<WatchInfo | null>(null);
  const [room, setRoom] = useState<LobbyRoom | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    let failures = 0;
    let timer: ReturnType<typeof setTimeout>;
    const poll = async () => {
      const [found, lobby] = document.hidden
        ? [null, null]
        : await Promise.all([
            watchInfo({ app, name }, { signature: signatureOf(location.search) }).catch(() => null),
            hasRoom ? lobbyRoom(name).catch(() => null) : null,
          ]);
      if (!isCurrent) return;
      if (found) setInfo(found);
      if (lobby) setRoom(lobby);
      if (found) failures = 0;
      else if (!document.hidden) failures += 1;
      setUnreachable(failures >= FAILURES_UNTIL_UNREACHABLE);
      timer = setTimeout(() => void poll(), found ? ASK_EVERY_MS : ASK_AGAIN_MS);
    };
    void poll();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [app, name, hasRoom]);
  // The same URLs must stay the same object, because a new one restarts the player.
  const play = info && JSON.stringify(info.play);
  const sources = useMemo(() => (info && play ? signedSources(info.play, location) : null), [play]);
  const hls = sources?.hls;
  const ask = useCallback<AskBroadcastState>(
    async (signal) => {
      const known = await watchInfo({ app, name }, { signature: signatureOf(location.search), signal }).catch(() => null);
      if (known && known.state !== 'offline') return STATES[known.state];
      // The request was throttled, only the API is down, or its status is older than the first picture. The playlist knows too, and also
      // whether there was a broadcast.
      return hls === undefined ? 'unreachable' : askPlaylist(hls, signal);
    },
    [app, name, hls],
  );
  return { info, room, isUnreachable, sources, ask };
}
