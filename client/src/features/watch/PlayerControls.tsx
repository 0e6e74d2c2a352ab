import type { WatchInfo } from '@lianmai/protocol';
import { History, Maximize, Minimize, Pause, PictureInPicture2, Play, Volume2, VolumeX } from 'lucide-react';
import { lazy, Suspense, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Player, PlayerSnapshot } from '../../player';
import { cx, IconButton, Slider, testIds, useHotkeys } from '../../ui';
import { LiveEdge } from './LiveEdge';
import { useFullscreen } from './useFullscreen';

/** Menus are heavy, and nobody opens this one before the first picture. */
const LatencyMenu = lazy(() => import('./LatencyMenu'));

interface PlayerControlsProps {
  area: RefObject<HTMLElement | null>;
  player: Player;
  snapshot: PlayerSnapshot;
  info: WatchInfo | null;
  isShown: boolean;
}

const BUTTON = 'text-white hover:not-disabled:bg-white/20 hover:not-disabled:text-white';
/** How far one press goes back. */
const BACK_SECONDS = 15;

/** Over the lower edge of the picture. Fades while nobody touches anything. */
export function PlayerControls({ area, player, snapshot, info, isShown }: PlayerControlsProps) {
  const { t } = useTranslation();
  const { video, isPaused } = snapshot;
  const [isFull, toggleFull] = useFullscreen(area, video);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const togglePaused = () => (isPaused ? player.seekToLive() : player.pause());
  const toggleMuted = () => {
    if (snapshot.state === 'soundBlocked') void player.allowSound();
    else player.setSound({ isMuted: !snapshot.isMuted });
  };
  useHotkeys({ ' ': togglePaused, K: togglePaused, M: toggleMuted, F: toggleFull, L: () => player.seekToLive() });
  return (
    <div
      data-controls
      className={cx(
        'absolute inset-x-0 bottom-0 flex items-center gap-1 bg-linear-to-t from-black/75 to-transparent px-3 pt-10 pb-[max(8px,env(safe-area-inset-bottom))] text-white transition-opacity focus-within:opacity-100',
        isShown || isMenuOpen ? 'opacity-100' : 'opacity-0',
      )}
    >
      <IconButton
        label={isPaused ? t('watch.play') : t('watch.pause')}
        hotkey="K"
        icon={isPaused ? <Play size={22} /> : <Pause size={22} />}
        onClick={togglePaused}
        className={BUTTON}
        data-testid={testIds.watchPause}
      />
      <Volume player={player} snapshot={snapshot} onToggle={toggleMuted} />
      <LiveEdge snapshot={snapshot} onClick={() => player.seekToLive()} />
      <div className="ml-auto flex gap-1">
        {snapshot.canSeekBack && (
          <IconButton
            label={t('watch.back', { seconds: BACK_SECONDS })}
            icon={<History size={22} />}
            onClick={() => player.seekBack((snapshot.behindSeconds ?? 0) + BACK_SECONDS)}
            className={BUTTON}
            data-testid={testIds.watchBack}
          />
        )}
        <Suspense fallback={<span className="target aspect-square" />}>
          <LatencyMenu
            player={player}
            snapshot={snapshot}
            info={info}
            container={isFull ? area.current : null}
            className={BUTTON}
            onOpenChange={setMenuOpen}
          />
        </Suspense>
        {document.pictureInPictureEnabled && video && (
          <IconButton
            label={t('watch.pip')}
            icon={<PictureInPicture2 size={22} />}
            onClick={() => void togglePip(video).catch(() => undefined)}
            className={cx(BUTTON, 'max-sm:hidden')}
          />
        )}
        <IconButton
          label={isFull ? t('watch.exitFullscreen') : t('watch.fullscreen')}
          hotkey="F"
          icon={isFull ? <Minimize size={22} /> : <Maximize size={22} />}
          onClick={toggleFull}
          className={BUTTON}
        />
      </div>
    </div>
  );
}

async function togglePip(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}

function Volume({ player, snapshot, onToggle }: { player: Player; snapshot: PlayerSnapshot; onToggle: () => void }) {
  const { t } = useTranslation();
  const isSilent = snapshot.isMuted || snapshot.volume === 0 || snapshot.state === 'soundBlocked';
  return (
    <>
      <IconButton
        label={isSilent ? t('watch.unmute') : t('watch.mute')}
        hotkey="M"
        icon={isSilent ? <VolumeX size={22} /> : <Volume2 size={22} />}
        onClick={onToggle}
        className={BUTTON}
        data-testid={testIds.watchMute}
      />
      <div className="hidden w-24 pointer-fine:block">
        <Slider
          label={t('watch.volume')}
          value={isSilent ? 0 : snapshot.volume}
          min={0}
          max={1}
          step={0.05}
          valueText={`${Math.round(snapshot.volume * 100)} %`}
          onChange={(volume) => player.setSound({ volume, ...(volume > 0 && { isMuted: false }) })}
        />
      </div>
    </>
  );
}
