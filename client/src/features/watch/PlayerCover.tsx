import type { WatchInfo } from '@lianmai/protocol';
import { LoaderCircle, Volume2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlayerState } from '../../player';
import { Button, cx, LostIllustration, testIds, WaitIllustration } from '../../ui';
import { refusalOf } from './signedUrls';

interface PlayerCoverProps {
  state: PlayerState;
  title: string;
  hostName: string | null;
  /** From the server; null: no answer yet. */
  broadcast: WatchInfo['state'] | null;
  isUnreachable: boolean;
  poster: string | null;
  onSound: () => void;
}

/** Covers the picture: the wait before the start, the end, a stall, a refusal, and the button for sound. */
export function PlayerCover(props: PlayerCoverProps) {
  const { t } = useTranslation();
  const { state, broadcast, isUnreachable, onSound } = props;
  if (state === 'playing') return null;
  if (state === 'stalled')
    return <Stalled text={t(isUnreachable ? 'watch.unreachable' : broadcast === 'waiting' ? 'watch.interrupted' : 'watch.stalled')} />;
  if (state !== 'soundBlocked') return <Curtain {...props} />;
  return (
    <div className="absolute inset-0 flex items-center justify-center">
      <Button
        variant="primary"
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

/** Appears a moment late, because most gaps are over by then. */
const Stalled = ({ text }: { text: string }) => (
  <div
    role="status"
    className="animate-fade absolute inset-0 flex flex-col items-center justify-center gap-3 bg-black/50 p-4 text-center text-base text-white [animation-delay:600ms] [animation-fill-mode:backwards]"
  >
    <LoaderCircle size={32} className="animate-spin" aria-hidden />
    {text}
  </div>
);

type CoverKind = 'waiting' | 'starting' | 'ended' | 'unreachable' | 'linkNeeded' | 'linkExpired' | 'refused';

function coverKindOf({ state, broadcast, isUnreachable }: PlayerCoverProps): CoverKind {
  if (state === 'refused') return refusalOf(location.search, Date.now());
  if (isUnreachable) return 'unreachable';
  if (state === 'loading' || broadcast === 'live') return 'starting';
  return state === 'ended' ? 'ended' : 'waiting';
}

const ILLUSTRATIONS: Record<CoverKind, ReactNode> = {
  waiting: <WaitIllustration />,
  starting: <WaitIllustration />,
  ended: <WaitIllustration />,
  unreachable: <LostIllustration />,
  linkNeeded: <LostIllustration />,
  linkExpired: <LostIllustration />,
  refused: <LostIllustration />,
};

function Curtain(props: PlayerCoverProps) {
  const { t } = useTranslation();
  const { title, hostName, poster } = props;
  const kind = coverKindOf(props);
  const isWaiting = kind === 'waiting' || kind === 'starting';
  return (
    <div
      role="status"
      data-scene={kind}
      className="animate-fade absolute inset-0 flex flex-col items-center justify-center gap-3 overflow-hidden p-6 text-center text-white *:shrink-0"
      style={{ background: 'radial-gradient(ellipse at 50% 40%, #232a38, #08090a 75%)' }}
    >
      {poster && isWaiting && <Poster key={poster} url={poster} />}
      <span className={cx('relative text-white/70', isWaiting && 'animate-breathe')}>{ILLUSTRATIONS[kind]}</span>
      <p dir="auto" className="relative line-clamp-2 max-w-2xl text-xl font-semibold text-balance">
        {title}
      </p>
      {hostName && <p className="relative text-base text-white/80">{t('lobby.hostedBy', { name: hostName })}</p>}
      <p className="relative max-w-md text-base text-white/80">{t(`watch.${kind}`)}</p>
    </div>
  );
}

/** Dimmed, so that the text in front stays readable. Hidden if it does not load. */
const Poster = ({ url }: { url: string }) => (
  <img
    src={url}
    alt=""
    onError={({ currentTarget }) => (currentTarget.hidden = true)}
    className="absolute inset-0 size-full object-cover opacity-35"
  />
);
