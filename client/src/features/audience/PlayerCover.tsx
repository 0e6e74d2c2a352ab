import type { LobbyRoom } from '@lianmai/protocol';
import { LoaderCircle, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PlayerState } from '../../player';
import { Button, testIds, WaitPicture } from '../../ui';

interface PlayerCoverProps {
  state: PlayerState;
  title: string;
  info: LobbyRoom | null;
  onSound: () => void;
}

/** What stands over the picture: the wait before the start, the end, a stall, and the button for the sound. */
export function PlayerCover({ state, title, info, onSound }: PlayerCoverProps) {
  const { t } = useTranslation();
  if (state === 'playing') return null;
  if (state === 'soundBlocked') {
    return (
      <div className="absolute inset-0 flex items-center justify-center">
        <Button
          look="primary"
          size="lg"
          icon={<Volume2 size={22} aria-hidden />}
          onClick={onSound}
          className="animate-enter rounded-full"
          data-testid={testIds.watchSound}
        >
          {t('watch.sound')}
        </Button>
      </div>
    );
  }
  if (state === 'stalled') {
    return (
      <div
        role="status"
        className="animate-fade absolute inset-0 flex flex-col items-center justify-center gap-3 bg-black/50 p-4 text-center text-base text-white"
      >
        <LoaderCircle size={32} className="animate-spin" aria-hidden />
        {t('watch.stalled')}
      </div>
    );
  }
  const isStarting = state === 'loading' || info?.live != null;
  const key = state === 'ended' && !isStarting ? 'ended' : isStarting ? 'starting' : 'waiting';
  return (
    <div
      role="status"
      className="animate-fade absolute inset-0 flex flex-col items-center justify-center gap-3 p-6 text-center text-white *:shrink-0"
      style={{ background: 'radial-gradient(ellipse at 50% 40%, #232a38, #08090a 75%)' }}
    >
      <span className={key === 'ended' ? 'text-white/70' : 'animate-breathe text-white/70'}>
        <WaitPicture />
      </span>
      <p dir="auto" className="line-clamp-2 max-w-2xl text-xl font-semibold text-balance">
        {title}
      </p>
      {info?.hostName && <p className="text-base text-white/80">{t('lobby.hostedBy', { name: info.hostName })}</p>}
      <p className="max-w-md text-base text-white/80">{t(`watch.${key}`)}</p>
    </div>
  );
}
