import { Eye, Hand, Share2 } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, cx, Pill, testIds, useCopy } from '../../ui';
import { PlayerControls } from './PlayerControls';
import { PlayerCover } from './PlayerCover';
import { useControlsShown } from './useControlsShown';
import { usePlayer } from './usePlayer';
import { useShow } from './useShow';

interface WatchProps {
  room: string;
  /** At the upper right: the language. */
  corner: ReactNode;
}

/** The show, its title, and the way onto the stage. */
export function Watch({ room, corner }: WatchProps) {
  const { t, i18n } = useTranslation();
  const { info, hls } = useShow(room);
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const { player, snapshot } = usePlayer(video, hls);
  const area = useRef<HTMLDivElement>(null);
  const areControlsShown = useControlsShown(area);
  const [aspect, setAspect] = useState(16 / 9);
  const { state } = snapshot;
  const isShowing = state === 'playing' || state === 'stalled' || state === 'soundBlocked';
  const title = info?.title || room;
  const canTakePart = info !== null && info.roles.some((role) => role !== 'host') && info.exists;

  return (
    <div className="flex min-h-full flex-col bg-bg">
      <main className="flex flex-1 flex-col">
        <div
          ref={area}
          data-testid={testIds.watchState}
          data-state={state}
          className={cx('relative w-full overflow-hidden bg-black', isShowing && !areControlsShown && 'cursor-none')}
          style={{ height: `min(100dvh - ${aspect < 1 ? 0 : 96}px, ${(100 / aspect).toFixed(3)}vw)`, minHeight: isShowing ? 220 : 300 }}
        >
          <video
            ref={setVideo}
            playsInline
            data-testid={testIds.watchVideo}
            aria-label={title}
            onResize={({ currentTarget: { videoWidth, videoHeight } }) => videoWidth > 0 && setAspect(videoWidth / videoHeight)}
            className={cx('size-full object-contain transition-opacity', isShowing ? 'opacity-100' : 'opacity-0')}
          />
          <PlayerCover state={state} title={title} info={info} onSound={() => void player.allowSound()} />
          {video && isShowing && (
            <PlayerControls video={video} area={area} player={player} snapshot={snapshot} isShown={areControlsShown || video.paused} />
          )}
        </div>
        <div className="mx-auto flex w-full max-w-6xl flex-wrap items-start gap-x-2 gap-y-3 px-4 py-4 sm:px-6">
          <div className="min-w-0 flex-1">
            <h1 dir="auto" className="truncate text-lg font-semibold">
              {title}
            </h1>
            <p className="mt-0.5 min-h-6 truncate text-base text-fg-2">{info?.hostName && t('lobby.hostedBy', { name: info.hostName })}</p>
          </div>
          <div className="order-3 flex basis-full flex-wrap items-center gap-2 sm:order-2 sm:basis-auto">
            {info?.live && (
              <Pill
                icon={<Eye size={16} aria-hidden />}
                aria-label={t('room.viewers', { count: info.live.viewers })}
                data-testid={testIds.viewers}
              >
                {new Intl.NumberFormat(i18n.language).format(info.live.viewers)}
              </Pill>
            )}
            <ShareButton />
            {canTakePart && <TakePart room={room} />}
          </div>
          <div className="order-2 sm:order-3">{corner}</div>
        </div>
      </main>
    </div>
  );
}

function ShareButton() {
  const { t } = useTranslation();
  const { isCopied, copy } = useCopy(location.href);
  const share = () => {
    if (typeof navigator.share === 'function' && window.matchMedia('(pointer: coarse)').matches)
      void navigator.share({ url: location.href }).catch(() => undefined);
    else copy();
  };
  return (
    <Button size="sm" icon={<Share2 size={18} aria-hidden />} onClick={share}>
      <span aria-live="polite">{isCopied ? t('common.copied') : t('watch.share')}</span>
    </Button>
  );
}

const TakePart = ({ room }: { room: string }) => {
  const { t } = useTranslation();
  return (
    <a
      href={`/r/${encodeURIComponent(room)}`}
      className="target inline-flex items-center gap-2 rounded-md bg-accent px-3 text-sm font-medium text-accent-fg transition-colors hover:bg-accent-hover"
    >
      <Hand size={18} aria-hidden />
      {t('watch.takePart')}
    </a>
  );
};
