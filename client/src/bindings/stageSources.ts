import {
  sourceIdOf,
  type MediaSource,
  type ParticipantId,
  type ParticipantInfo,
  type PublishSource,
  type SceneSource,
  type StreamRef,
} from '@lianmai/protocol';
import { useMemo } from 'react';
import { useRoom, type RoomState } from '../state';

/** A source on stage that can be shown: the camera (or avatar card) of a seat, or a shared screen. */
export interface StageSource extends SceneSource {
  participantId: ParticipantId;
  name: string;
  isSelf: boolean;
  /** The stream that holds this seat. null: a person. */
  stream: StreamRef | null;
}

export const isOpen = (participant: ParticipantInfo, source: PublishSource) =>
  participant.producers.some((one) => one.source === source && !one.paused);

/** In the order in which people came on stage. A screen follows its owner's camera, as in the program. */
function stageSourcesOf(room: Pick<RoomState, 'stage' | 'participants' | 'selfId'>): StageSource[] {
  return (room.stage?.seats ?? []).flatMap(({ participantId }) => {
    const participant = room.participants[participantId];
    if (!participant) return [];
    const make = (kind: MediaSource): StageSource => ({
      id: sourceIdOf(participantId, kind),
      kind,
      participantId,
      name: participant.name,
      isSelf: participantId === room.selfId,
      stream: participant.stream ?? null,
    });
    return isOpen(participant, 'screen') ? [make('camera'), make('screen')] : [make('camera')];
  });
}

export function useStageSources(): StageSource[] {
  const stage = useRoom((room) => room.stage);
  const participants = useRoom((room) => room.participants);
  const selfId = useRoom((room) => room.selfId);
  return useMemo(() => stageSourcesOf({ stage, participants, selfId }), [stage, participants, selfId]);
}

export const useSelf = (): ParticipantInfo | null => useRoom((room) => (room.selfId ? (room.participants[room.selfId] ?? null) : null));

/** Returns the track to draw. null: the camera is off, or its picture has not arrived. */
export function trackOf(room: RoomState, participantId: ParticipantId, source: MediaSource): MediaStreamTrack | null {
  if (participantId === room.selfId) {
    const local = room.local[source];
    return local.state === 'on' ? local.track : null;
  }
  const participant = room.participants[participantId];
  if (!participant || !isOpen(participant, source)) return null;
  return room.remote[participantId]?.[source] ?? null;
}
