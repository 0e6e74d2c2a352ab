import {
  seatedIds,
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

/** A source on stage or backstage that can be shown: the camera (or avatar card) of a person, or a shared screen. */
export interface StageSource extends SceneSource {
  participantId: ParticipantId;
  name: string;
  isSelf: boolean;
  /** The stream that holds this seat. null: a person. */
  stream: StreamRef | null;
}

export const isOpen = (participant: ParticipantInfo, source: PublishSource) =>
  participant.producers.some((one) => one.source === source && !one.paused);

type Place = 'seats' | 'backstage';

/** In the order of the seats, or in which people came backstage. A screen follows its owner's camera, as in the program. */
function sourcesOf(place: Place, room: Pick<RoomState, 'stage' | 'participants' | 'selfId'>): StageSource[] {
  const { stage } = room;
  const ids = !stage ? [] : place === 'seats' ? seatedIds(stage) : stage.backstage.map(({ participantId }) => participantId);
  return ids.flatMap((participantId) => {
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

function useSourcesOf(place: Place): StageSource[] {
  const stage = useRoom((room) => room.stage);
  const participants = useRoom((room) => room.participants);
  const selfId = useRoom((room) => room.selfId);
  return useMemo(() => sourcesOf(place, { stage, participants, selfId }), [place, stage, participants, selfId]);
}

export const useStageSources = (): StageSource[] => useSourcesOf('seats');

/** The same sources in the order of joining, for the document: people change seats, and moving a video in the document would stop it. */
export function useSteadyOrder(sources: readonly StageSource[]): StageSource[] {
  const participants = useRoom((room) => room.participants);
  return useMemo(() => {
    const place = new Map(Object.keys(participants).map((id, index) => [id, index]));
    return [...sources].sort((a, b) => (place.get(a.participantId) ?? 0) - (place.get(b.participantId) ?? 0));
  }, [sources, participants]);
}

/** Only moderators get other people's pictures. */
export const useBackstageSources = (): StageSource[] => useSourcesOf('backstage');

export const selfOf = (room: Pick<RoomState, 'selfId' | 'participants'>): ParticipantInfo | null =>
  room.selfId ? (room.participants[room.selfId] ?? null) : null;
export const useSelf = (): ParticipantInfo | null => useRoom(selfOf);

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

export const placeOf = (participant: ParticipantInfo): 'stage' | 'backstage' | 'audience' =>
  participant.onStage ? 'stage' : participant.isBackstage ? 'backstage' : 'audience';
