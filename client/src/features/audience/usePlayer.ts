import { useEffect, useState, useSyncExternalStore } from 'react';
import { createPlayer, type Player, type PlayerSnapshot } from '../../player';

/** One player for one video element, as long as both are shown. */
export function usePlayer(video: HTMLVideoElement | null, hls: string | null): { player: Player; snapshot: PlayerSnapshot } {
  const [player, setPlayer] = useState(createPlayer);
  useEffect(() => {
    // Made anew when React runs effects twice: a destroyed player stays silent.
    const mine = createPlayer();
    setPlayer(mine);
    return () => mine.destroy();
  }, []);
  useEffect(() => {
    if (video) player.attach(video);
    if (hls) player.load({ hls });
  }, [player, video, hls]);
  const snapshot = useSyncExternalStore(
    (listener) => player.subscribe(listener),
    () => player.getSnapshot(),
  );
  return { player, snapshot };
}
