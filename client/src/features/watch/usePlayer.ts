import { useEffect, useState, useSyncExternalStore } from 'react';
import { createPlayer, type AskShow, type Player, type PlayerSnapshot, type PlayerSources } from '../../player';
import { getPreferences, setPreferences } from '../../state';

const create = (): Player => {
  const { watchWish, volume, isWatchMuted } = getPreferences();
  return createPlayer({ wish: watchWish, volume, isMuted: isWatchMuted });
};

interface Show {
  /** null: not known yet. */
  sources: PlayerSources | null;
  ask: AskShow;
}

/** One player in one place of the page, as long as both are shown. What the viewer sets is remembered. */
export function usePlayer(place: HTMLElement | null, { sources, ask }: Show): { player: Player; snapshot: PlayerSnapshot } {
  const [player, setPlayer] = useState(create);
  useEffect(() => {
    // Made anew when React runs effects twice: a destroyed player stays silent.
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
  const { wish, volume, isMuted } = snapshot;
  useEffect(() => setPreferences({ watchWish: wish, volume, isWatchMuted: isMuted }), [wish, volume, isMuted]);
  return { player, snapshot };
}
