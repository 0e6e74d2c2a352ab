import { streamKey } from '@lianmai/protocol';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../state';
import { testIds, Tile } from '../ui';
import { barsOf, useAwayLabel } from './participantLabels';
import { SourceVideo } from './SourceVideo';
import { isMicrophoneLocked, isMicrophoneOn, useIsSpeaking } from './speaking';
import type { StageSource } from './stageSources';
import { useTileSize } from './useTileSize';

interface SourceTileProps {
  source: StageSource;
  name: string;
  size?: 'sm' | 'md';
  fit: 'cover' | 'contain';
  isMirrored?: boolean;
  onElement?: (element: HTMLVideoElement | null) => void;
  className: string;
  /** Drawn over the tile. */
  children?: ReactNode;
}

/** The tile of somebody on stage: picture, name, microphone, network, and whether they speak or are away. Reports its size for simulcast. */
export function SourceTile({ source, name, size = 'md', className, children, ...video }: SourceTileProps) {
  const { t } = useTranslation();
  const { participantId, kind, id, isSelf, stream } = source;
  const ref = useTileSize(participantId, kind);
  const isCamera = kind === 'camera';
  const isSpeaking = useIsSpeaking(participantId) && isCamera;
  const isMicOn = useRoom((room) => isMicrophoneOn(room, participantId));
  const quality = useRoom((room) => (isSelf ? room.selfQuality : (room.participants[participantId]?.quality ?? 'good')));
  const isLocked = useRoom((room) => isMicrophoneLocked(room, participantId));
  const away = useAwayLabel(participantId);
  return (
    <div
      ref={ref}
      data-testid={testIds.tile}
      data-participant={participantId}
      data-source={kind}
      data-speaking={isSpeaking}
      className={className}
    >
      <Tile
        size={size}
        name={name}
        id={id}
        kind={kind}
        stream={stream && streamKey(stream)}
        video={<SourceVideo participantId={participantId} source={kind} {...video} data-testid={testIds.tileVideo} />}
        isSpeaking={isSpeaking}
        mic={isCamera ? { isOn: isMicOn && !isLocked, label: t(isLocked ? 'seats.micLocked' : 'stage.micOff'), isLocked } : null}
        network={isCamera && !stream ? { bars: barsOf(quality), label: t(`quality.${quality}`) } : null}
        cover={away && t(away)}
      />
      {children}
    </div>
  );
}
