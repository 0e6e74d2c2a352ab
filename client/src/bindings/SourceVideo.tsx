import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import type { ReactNode } from 'react';
import { useRoom } from '../state';
import { TrackVideo } from '../ui';
import { trackOf } from './stageSources';

interface SourceVideoProps {
  participantId: ParticipantId;
  source: MediaSource;
  fit: 'cover' | 'contain';
  /** People know themselves from the mirror; the program and other people see them the right way round. */
  isMirrored?: boolean;
  /** Instead of a picture, while there is none. */
  fallback?: ReactNode;
  onElement?: (element: HTMLVideoElement | null) => void;
  'data-testid'?: string;
}

/** The picture of somebody on stage, our own included. */
export function SourceVideo({ participantId, source, fallback = null, ...rest }: SourceVideoProps) {
  const track = useRoom((room) => trackOf(room, participantId, source));
  return track ? <TrackVideo track={track} {...rest} /> : fallback;
}
