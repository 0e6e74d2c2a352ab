import { useEffect, useState, useSyncExternalStore } from 'react';
import { createPlayer, type AskBroadcastState, type Player, type PlayerSnapshot, type PlayerSources } from '../../player';
import { getPreferences, setPreferences } from '../../state';

const create = (): Player => {
  const { latencyPreference, volume, isWatchMuted } = getPreferences();
  return createPlayer({ preference: latencyPreference, volume, isMuted: isWatchMuted });
};

interface Show {
  /** null: not known yet. */
  sources: PlayerSources | null;
  ask: AskBroadcastState;
}

/** One player for as long as the page shows it. Remembers what the viewer sets. */
export function usePlayer(place: HTMLElement | null, { sources, ask }: Show): { player: Player; snapshot: PlayerSnapshot } {
  const [player, setPlayer] = useState(create);
  useEffect(() => {
    // Created again when React runs effects twice, because a destroyed player stays silent.
    const mine = create();
    setPlayer(mine);
    return () => mine.destroy();
  }, []);
  useEffect(() => {
    if (place) player.attach(place);
  }, [player, place]);
  useEffect(() => {
    if (sources) player.load(sources, ask);
  }, [player, sources, ask]);
  const snapshot = useSyncExternalStore(
    (listener) => player.subscribe(listener),
    () => player.getSnapshot(),
  );
  const { preference, volume, isMuted } = snapshot;
  useEffect(() => setPreferences({ latencyPreference: preference, volume, isWatchMuted: isMuted }), [preference, volume, isMuted]);
  return { player, snapshot };
}
