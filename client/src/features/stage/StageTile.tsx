import { streamKey } from '@lianmai/protocol';
import { Pin, PinOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { barsOf, isMicrophoneOn, SourceVideo, useAwayLabel, useIsSpeaking, useTileSize, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { cx, IconButton, testIds, Tile } from '../../ui';
import { TileMenu } from './TileMenu';

interface StageTileProps {
  source: StageSource;
  fit: 'cover' | 'contain';
  isPinned: boolean;
  onPin: () => void;
}

export function StageTile({ source, fit, isPinned, onPin }: StageTileProps) {
  const { t } = useTranslation();
  const { participantId, kind, isSelf, stream } = source;
  const ref = useTileSize(participantId, kind);
  const isSpeaking = useIsSpeaking(participantId);
  const isMicOn = useRoom((room) => isMicrophoneOn(room, participantId));
  const quality = useRoom((room) =>
    room.selfId === participantId ? room.selfQuality : (room.participants[participantId]?.quality ?? 'good'),
  );
  const away = useAwayLabel(participantId);
  const isCamera = kind === 'camera';
  const name = isCamera ? (isSelf ? t('room.you', { name: source.name }) : source.name) : t('room.screenOf', { name: source.name });
  const pinLabel = isPinned ? t('stage.unpin', { name }) : t('stage.pin', { name });
  return (
    <div
      ref={ref}
      data-testid={testIds.tile}
      data-participant={participantId}
      data-source={kind}
      data-speaking={isSpeaking && isCamera}
      className="relative size-full overflow-hidden rounded-[inherit]"
    >
      <Tile
        name={name}
        id={source.id}
        kind={kind}
        stream={stream && streamKey(stream)}
        video={
          <SourceVideo
            participantId={participantId}
            source={kind}
            fit={fit}
            isMirrored={isSelf && isCamera}
            data-testid={testIds.tileVideo}
          />
        }
        isSpeaking={isSpeaking && isCamera}
        mic={isCamera ? { isOn: isMicOn, label: t('stage.micOff') } : null}
        network={isCamera && !stream ? { bars: barsOf(quality), label: t(`quality.${quality}`) } : null}
        cover={away && t(away)}
      />
      <button
        type="button"
        aria-label={pinLabel}
        aria-pressed={isPinned}
        onClick={onPin}
        className="absolute inset-0 rounded-[inherit] -outline-offset-4"
      />
      <div
        className={cx(
          'absolute top-2 right-2 flex gap-1 transition-opacity pointer-coarse:opacity-100',
          !isPinned && 'opacity-0 group-hover/placed:opacity-100 focus-within:opacity-100 has-[[data-state=open]]:opacity-100',
        )}
      >
        <span className={cx(!isPinned && 'pointer-coarse:hidden')}>
          <IconButton
            variant="overlay"
            label={pinLabel}
            icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />}
            onClick={onPin}
            tooltipSide="bottom"
            tabIndex={-1}
            aria-hidden
          />
        </span>
        {!isSelf && <TileMenu source={source} />}
      </div>
    </div>
  );
}
