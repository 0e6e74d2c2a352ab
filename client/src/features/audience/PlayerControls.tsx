import { Maximize, Minimize, Pause, PictureInPicture2, Play, Volume2, VolumeX } from 'lucide-react';
import { useEffect, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Player, PlayerSnapshot } from '../../player';
import { getPreferences, setPreferences } from '../../state';
import { cx, IconButton, Slider, testIds, useHotkeys } from '../../ui';

interface PlayerControlsProps {
  video: HTMLVideoElement;
  area: RefObject<HTMLElement | null>;
  player: Player;
  snapshot: PlayerSnapshot;
  isShown: boolean;
}

/** Over the lower edge of the picture; fades while nobody touches anything. */
export function PlayerControls({ video, area, player, snapshot, isShown }: PlayerControlsProps) {
  const { t } = useTranslation();
  const { isPaused, isMuted, volume } = useVideo(video);
  const [isFull, toggleFull] = useFullscreen(area, video);
  const togglePaused = () => {
    if (video.paused) player.seekToLive();
    else video.pause();
  };
  const toggleMuted = () => {
    if (snapshot.state === 'soundBlocked') void player.allowSound();
    else video.muted = !video.muted;
  };
  useHotkeys({ ' ': togglePaused, K: togglePaused, M: toggleMuted, F: toggleFull, L: () => player.seekToLive() });
  const button = 'text-white hover:not-disabled:bg-white/20 hover:not-disabled:text-white';
  return (
    <div
      data-controls
      className={cx(
        'absolute inset-x-0 bottom-0 flex items-center gap-1 bg-linear-to-t from-black/75 to-transparent px-3 pt-10 pb-[max(8px,env(safe-area-inset-bottom))] text-white transition-opacity focus-within:opacity-100',
        isShown ? 'opacity-100' : 'opacity-0',
      )}
    >
      <IconButton
        label={isPaused ? t('watch.play') : t('watch.pause')}
        hotkey="K"
        icon={isPaused ? <Play size={22} /> : <Pause size={22} />}
        onClick={togglePaused}
        className={button}
      />
      <IconButton
        label={isMuted ? t('watch.unmute') : t('watch.mute')}
        hotkey="M"
        icon={isMuted ? <VolumeX size={22} /> : <Volume2 size={22} />}
        onClick={toggleMuted}
        className={button}
      />
      <div className="hidden w-24 pointer-fine:block">
        <Slider
          label={t('watch.volume')}
          value={isMuted ? 0 : volume}
          min={0}
          max={1}
          step={0.05}
          valueText={`${Math.round(volume * 100)} %`}
          onChange={(next) => {
            video.volume = next;
            if (next > 0) video.muted = false;
            setPreferences({ volume: next });
          }}
        />
      </div>
      <LiveEdge snapshot={snapshot} isPaused={isPaused} onClick={() => player.seekToLive()} />
      <div className="ml-auto flex gap-1">
        {document.pictureInPictureEnabled && (
          <IconButton
            label={t('watch.pip')}
            icon={<PictureInPicture2 size={22} />}
            onClick={() =>
              void (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(
                () => undefined,
              )
            }
            className={button}
          />
        )}
        <IconButton
          label={isFull ? t('watch.exitFullscreen') : t('watch.fullscreen')}
          hotkey="F"
          icon={isFull ? <Minimize size={22} /> : <Maximize size={22} />}
          onClick={toggleFull}
          className={button}
        />
      </div>
    </div>
  );
}

/** At the edge: a red dot. Behind it: how far, and a click jumps there. */
function LiveEdge({ snapshot, isPaused, onClick }: { snapshot: PlayerSnapshot; isPaused: boolean; onClick: () => void }) {
  const { t, i18n } = useTranslation();
  const isAtEdge = snapshot.isAtLiveEdge && !isPaused;
  const seconds = snapshot.latencySeconds;
  const delay =
    seconds === null ? null : new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(seconds);
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={isAtEdge ? t('watch.atEdge') : t('watch.toEdge')}
      title={delay === null ? undefined : t('watch.behind', { seconds: delay })}
      data-testid={testIds.liveEdge}
      className="target tabular flex items-center gap-2 rounded-md px-2 text-sm font-medium hover:bg-white/20"
    >
      <span className={cx('size-2.5 rounded-full', isAtEdge ? 'bg-live' : 'bg-white/50')} aria-hidden />
      {isAtEdge ? t('common.live') : t('watch.toEdge')}
      {delay !== null && <span className="font-normal text-white/80">−{delay} s</span>}
    </button>
  );
}

function useVideo(video: HTMLVideoElement): { isPaused: boolean; isMuted: boolean; volume: number } {
  const read = () => ({ isPaused: video.paused, isMuted: video.muted || video.volume === 0, volume: video.volume });
  const [state, setState] = useState(read);
  useEffect(() => {
    const onChange = () => setState({ isPaused: video.paused, isMuted: video.muted || video.volume === 0, volume: video.volume });
    video.volume = getPreferences().volume;
    onChange();
    const events = ['play', 'pause', 'volumechange'] as const;
    for (const event of events) video.addEventListener(event, onChange);
    return () => {
      for (const event of events) video.removeEventListener(event, onChange);
    };
  }, [video]);
  return state;
}

/** iPhones can only fill the screen with the video itself. */
type IosVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

function useFullscreen(area: RefObject<HTMLElement | null>, video: IosVideo): [isFull: boolean, toggle: () => void] {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const onChange = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void area.current?.requestFullscreen().catch(() => undefined);
    else video.webkitEnterFullscreen?.();
  };
  return [isFull, toggle];
}
