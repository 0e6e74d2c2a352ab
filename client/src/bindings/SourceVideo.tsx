import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import type { ReactNode } from 'react';
import { useRoom } from '../state';
import { TrackVideo } from '../ui';
import { trackOf } from './stageSources';

interface SourceVideoProps {
  participantId: ParticipantId;
  source: MediaSource;
  fit: 'cover' | 'contain';
  /** People know themselves from the mirror. The program and everyone else see them unmirrored. */
  isMirrored?: boolean;
  /** Shown while there is no picture. */
  fallback?: ReactNode;
  onElement?: (element: HTMLVideoElement | null) => void;
  'data-testid'?: string;
}

/** The picture of somebody on stage, including our own. */
export function SourceVideo({ participantId, source, fallback = null, ...rest }: SourceVideoProps) {
  const track = useRoom((room) => trackOf(room, participantId, source));
  return track ? <TrackVideo track={track} {...rest} /> : fallback;
}
