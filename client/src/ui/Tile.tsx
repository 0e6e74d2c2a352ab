import type { SourceId } from '@lianmai/protocol';
import { Lock, MicOff, MonitorUp, RadioTower } from 'lucide-react';
import type { ReactNode } from 'react';
import { AvatarCard } from './AvatarCard';
import { cx } from './cx';
import { NetworkBars, type Bars } from './NetworkBars';

interface TileProps {
  name: string;
  /** The camera's id, which keeps the card's colour. */
  id: SourceId;
  kind: 'camera' | 'screen';
  /** Covers the avatar card. Empty while there is no picture. */
  video: ReactNode;
  /** The name of a stream. null: a person. */
  stream?: string | null;
  isSpeaking?: boolean;
  mic?: { isOn: boolean; label: string; isLocked?: boolean } | null;
  network?: { bars: Bars; label: string } | null;
  /** Covers a dimmed picture, e.g. "reconnecting". */
  cover?: ReactNode;
  /** At the upper right: menu, pin. */
  corner?: ReactNode;
  size?: 'sm' | 'md';
}

/** One person or screen on stage: picture or card, name plate, microphone, network and speaking ring. */
export function Tile({ name, id, kind, video, stream = null, isSpeaking = false, mic, network, cover, corner, size = 'md' }: TileProps) {
  return (
    <div
      className={cx(
        '@container-size relative size-full overflow-hidden rounded-[inherit]',
        kind === 'screen' ? 'bg-black' : 'bg-surface-2',
      )}
    >
      {kind === 'camera' && (
        <div className="absolute inset-0">
          <AvatarCard name={name} id={id} />
        </div>
      )}
      <div className="absolute inset-0">{video}</div>
      {cover != null && (
        <div className="animate-fade absolute inset-0 flex items-center justify-center bg-black/60 p-3 text-center text-sm text-white">
          {cover}
        </div>
      )}
      <div className={cx('pointer-events-none absolute inset-x-0 bottom-0 flex items-end', size === 'md' ? 'p-2' : 'p-1')}>
        <span
          className={cx(
            'flex max-w-full items-center gap-1.5 rounded-sm bg-black/60 text-sm text-white',
            size === 'md' ? 'h-7 px-2' : 'h-6 px-1.5',
          )}
        >
          {kind === 'screen' && <MonitorUp size={14} className="shrink-0" aria-hidden />}
          {stream !== null && <RadioTower size={14} className="shrink-0" aria-hidden />}
          {mic && !mic.isOn && <MicOff size={14} className="shrink-0" role="img" aria-label={mic.label} />}
          {mic?.isLocked && <Lock size={12} className="-ml-1 shrink-0" aria-hidden />}
          <span className="truncate">
            <bdi>{name}</bdi>
          </span>
          {stream !== null && stream !== name && <span className={cx('truncate text-white/75', size === 'sm' && 'sr-only')}>{stream}</span>}
          {network && network.bars < 3 && <NetworkBars {...network} className="shrink-0" />}
        </span>
      </div>
      {corner != null && <div className="absolute top-2 right-2 flex gap-1">{corner}</div>}
      <span
        aria-hidden
        className={cx(
          'pointer-events-none absolute inset-0 rounded-[inherit] border-3 border-accent-text transition-opacity',
          isSpeaking ? 'opacity-100' : 'opacity-0',
        )}
      />
    </div>
  );
}
