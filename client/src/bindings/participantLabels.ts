import type { ConnectionQuality, ParticipantId, ParticipantInfo } from '@lianmai/protocol';
import { useRoom } from '../state';

const BARS = { excellent: 3, good: 3, poor: 1, lost: 0 } as const satisfies Record<ConnectionQuality, 0 | 1 | 2 | 3>;
export const barsOf = (quality: ConnectionQuality) => BARS[quality];

/** The label over a picture that has stopped because a person's network or a stream's publisher is gone. null: nothing is wrong. */
export function awayLabelOf({ presence, stream }: Pick<ParticipantInfo, 'presence' | 'stream'>): 'stage.away' | 'stage.streamAway' | null {
  if (presence !== 'reconnecting') return null;
  return stream ? 'stage.streamAway' : 'stage.away';
}

export const useAwayLabel = (participantId: ParticipantId) =>
  useRoom((room) => {
    const participant = room.participants[participantId];
    return participant ? awayLabelOf(participant) : null;
  });
