import type { AudienceState } from '@lianmai/protocol';
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { cx, testIds } from '../../ui';
import { AboutBroadcast } from './AboutBroadcast';
import { PlayerControls } from './PlayerControls';
import { PlayerCover } from './PlayerCover';
import { signedPoster } from './signedUrls';
import { useControlsShown } from './useControlsShown';
import { usePlayer } from './usePlayer';
import type { Broadcast } from './useBroadcast';

interface WatchProps {
  name: string;
  broadcast: Broadcast;
  /** Told to the audience of the room. null: this page is not part of it. */
  audience: AudienceState | null;
  /** Beside the share button: the way onto the stage. */
  stageWay: ReactNode;
  /** Below them: how the last way onto the stage ended. */
  stageNews: ReactNode;
  /** Beside the picture, or below it on phones: the chat. null: the picture has the page for itself. */
  side: ReactNode;
  /** Shown at the upper right: the language switch. */
  corner: ReactNode;
  onTitle: (title: string) => void;
}

/** The broadcast, its title, and the way onto the stage. */
export function Watch({ name, broadcast, audience, stageWay, stageNews, side, corner, onTitle }: WatchProps) {
  const { info, room } = broadcast;
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const { player, snapshot } = usePlayer(place, broadcast);
  const area = useRef<HTMLDivElement>(null);
  const areControlsShown = useControlsShown(area);
  const { state, option, isPaused } = snapshot;
  const aspect = snapshot.aspect ?? 16 / 9;
  const isShowing = state === 'playing' || state === 'stalled' || state === 'soundBlocked';
  const title = room?.exists === true ? room.title || name : info?.title || name;
  const hostName = audience?.stage.hostName ?? room?.hostName ?? null;
  useEffect(() => onTitle(title), [onTitle, title]);
  useVideoName(snapshot.video, title);

  return (
    <div
      className={cx(
        'flex flex-col bg-bg',
        side === null ? 'min-h-full [--side:0px]' : '[--side:0px] max-lg:portrait:h-dvh lg:h-dvh lg:flex-row lg:[--side:360px]',
      )}
    >
      <main className={cx('flex min-w-0 flex-col', side === null ? 'flex-1' : 'shrink-0 lg:flex-1 lg:shrink lg:overflow-y-auto')}>
        <div
          ref={area}
          data-testid={testIds.watchState}
          data-state={state}
          data-tier={option?.tier}
          data-transport={option?.transport}
          className={cx('relative w-full overflow-hidden bg-black', isShowing && !areControlsShown && !isPaused && 'cursor-none')}
          style={pictureSize(aspect, { hasSide: side !== null, isShowing })}
        >
          <div ref={setPlace} className={cx('absolute inset-0 transition-opacity', isShowing ? 'opacity-100' : 'opacity-0')} />
          <PlayerCover
            state={state}
            title={title}
            hostName={hostName}
            broadcast={info?.state ?? null}
            isUnreachable={broadcast.isUnreachable}
            poster={signedPoster(info?.poster ?? null, location.search)}
            onSound={() => void player.allowSound()}
          />
          {isShowing && (
            <PlayerControls area={area} player={player} snapshot={snapshot} info={info} isShown={areControlsShown || isPaused} />
          )}
        </div>
        <AboutBroadcast
          title={title}
          hostName={hostName}
          isHostAway={audience !== null && audience.stage.hostAwaySinceMs !== null}
          viewers={viewersOf(broadcast, audience)}
          stageWay={stageWay}
          stageNews={stageNews}
          corner={corner}
        />
      </main>
      {side !== null && (
        <aside className="flex min-h-0 flex-1 flex-col border-t border-line max-lg:landscape:h-dvh max-lg:landscape:flex-none lg:h-dvh lg:w-(--side) lg:flex-none lg:border-t-0 lg:border-l">
          {side}
        </aside>
      )}
    </div>
  );
}

/** As wide as the page has room for, but never so high that what is below or beside it has no place. */
function pictureSize(aspect: number, { hasSide, isShowing }: { hasSide: boolean; isShowing: boolean }): CSSProperties {
  const tallest = aspect >= 1 ? '100dvh - 96px' : hasSide ? 'max(100dvh - 420px, 55dvh)' : '100dvh';
  return { height: `min(${tallest}, (100vw - var(--side)) / ${aspect.toFixed(4)})`, minHeight: isShowing ? 220 : 300, flexShrink: 0 };
}

/** The audience gets the host's number. Other pages ask for it now and then. */
function viewersOf({ info, room }: Broadcast, audience: AudienceState | null): number | null {
  if (audience) return audience.program && audience.viewers.total;
  return info && info.state !== 'offline' ? info.viewers : (room?.live?.viewers ?? null);
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
