import type { StreamRef } from '@lianmai/protocol';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { cx, testIds } from '../../ui';
import { AboutBroadcast } from './AboutBroadcast';
import { PlayerControls } from './PlayerControls';
import { PlayerCover } from './PlayerCover';
import { signedPoster } from './signedUrls';
import { useControlsShown } from './useControlsShown';
import { usePlayer } from './usePlayer';
import { useBroadcast } from './useBroadcast';

interface WatchProps extends StreamRef {
  /** A room of the same name may exist. */
  hasRoom: boolean;
  /** Shown at the upper right: the language switch. */
  corner: ReactNode;
  onTitle: (title: string) => void;
}

/** The broadcast, its title, and the way onto the stage. */
export function Watch({ app, name, hasRoom, corner, onTitle }: WatchProps) {
  const broadcast = useBroadcast({ app, name, hasRoom });
  const { info, room } = broadcast;
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const { player, snapshot } = usePlayer(place, broadcast);
  const area = useRef<HTMLDivElement>(null);
  const areControlsShown = useControlsShown(area);
  const { state, option, isPaused } = snapshot;
  const aspect = snapshot.aspect ?? 16 / 9;
  const isShowing = state === 'playing' || state === 'stalled' || state === 'soundBlocked';
  const title = room?.exists === true ? room.title || name : info?.title || name;
  useEffect(() => onTitle(title), [onTitle, title]);
  useVideoName(snapshot.video, title);

  return (
    <div className="flex min-h-full flex-col bg-bg">
      <main className="flex flex-1 flex-col">
        <div
          ref={area}
          data-testid={testIds.watchState}
          data-state={state}
          data-tier={option?.tier}
          data-transport={option?.transport}
          className={cx('relative w-full overflow-hidden bg-black', isShowing && !areControlsShown && !isPaused && 'cursor-none')}
          style={{ height: `min(100dvh - ${aspect < 1 ? 0 : 96}px, ${(100 / aspect).toFixed(3)}vw)`, minHeight: isShowing ? 220 : 300 }}
        >
          <div ref={setPlace} className={cx('absolute inset-0 transition-opacity', isShowing ? 'opacity-100' : 'opacity-0')} />
          <PlayerCover
            state={state}
            title={title}
            hostName={room?.hostName ?? null}
            broadcast={info?.state ?? null}
            isUnreachable={broadcast.isUnreachable}
            poster={signedPoster(info?.poster ?? null, location.search)}
            onSound={() => void player.allowSound()}
          />
          {isShowing && (
            <PlayerControls area={area} player={player} snapshot={snapshot} info={info} isShown={areControlsShown || isPaused} />
          )}
        </div>
        <AboutBroadcast title={title} name={name} info={info} room={room} corner={corner} />
      </main>
    </div>
  );
}

/** Names the element that shows the picture, for screen readers and tests. The element changes when another option takes over. */
function useVideoName(video: HTMLVideoElement | null, title: string): void {
  useEffect(() => {
    if (!video) return;
    video.ariaLabel = title;
    video.dataset['testid'] = testIds.watchVideo;
    return () => {
      video.ariaLabel = null;
      delete video.dataset['testid'];
    };
  }, [video, title]);
}
