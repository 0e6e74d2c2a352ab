import {
  sourceIdOf,
  type ConnectionQuality,
  type MediaSource,
  type ParticipantId,
  type ParticipantInfo,
  type PublishSource,
  type SceneSource,
  type StreamRef,
} from '@lianmai/protocol';
import { useMemo } from 'react';
import { useRoom, type RoomState } from '../state';

/** Something on stage that can be shown: a seat's camera (or avatar card), or a shared screen. */
export interface StageSource extends SceneSource {
  participantId: ParticipantId;
  name: string;
  isSelf: boolean;
  /** It is no person's but a stream's, and which. */
  stream: StreamRef | null;
}

const isOpen = (participant: ParticipantInfo, source: PublishSource) =>
  participant.producers.some((one) => one.source === source && !one.paused);

/** In the order in which people came up; a screen follows its owner's camera, as in the program. */
export function stageSourcesOf(room: Pick<RoomState, 'stage' | 'participants' | 'selfId'>): StageSource[] {
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

/** The track to draw, or null: the camera is off, or its picture has not arrived. */
export function trackOf(room: RoomState, participantId: ParticipantId, source: MediaSource): MediaStreamTrack | null {
  if (participantId === room.selfId) {
    const local = room.local[source];
    return local.state === 'on' ? local.track : null;
  }
  const participant = room.participants[participantId];
  if (!participant || !isOpen(participant, source)) return null;
  return room.remote[participantId]?.[source] ?? null;
}

/** Our own microphone as this page knows it; everybody else's as the server says. */
export function isMicrophoneOn(room: RoomState, participantId: ParticipantId): boolean {
  if (participantId === room.selfId) return room.local.microphone.state === 'on';
  const participant = room.participants[participantId];
  return participant !== undefined && isOpen(participant, 'microphone');
}

/** Louder than this counts as speaking, dBov. */
const SPEAKING_DBOV = -50;

function isSpeaking(room: RoomState, participantId: ParticipantId): boolean {
  const level = room.speakers[participantId];
  const isLoud = level !== undefined && level > SPEAKING_DBOV;
  return (isLoud || room.activeSpeaker === participantId) && isMicrophoneOn(room, participantId);
}

export const useIsSpeaking = (participantId: ParticipantId): boolean => useRoom((room) => isSpeaking(room, participantId));

const BARS = { excellent: 3, good: 3, poor: 1, lost: 0 } as const satisfies Record<ConnectionQuality, 0 | 1 | 2 | 3>;
export const barsOf = (quality: ConnectionQuality) => BARS[quality];

/** How a stream is called in its addresses. */
export const pathOf = ({ app, name }: StreamRef): string => `${app}/${name}`;

/** What to say instead of a picture that has stopped: the person's network is gone, or the stream's publisher. null: nothing is wrong. */
export function awayWordsOf({ presence, stream }: Pick<ParticipantInfo, 'presence' | 'stream'>): 'stage.away' | 'stage.streamAway' | null {
  if (presence !== 'reconnecting') return null;
  return stream ? 'stage.streamAway' : 'stage.away';
}

export const useAwayWords = (participantId: ParticipantId) =>
  useRoom((room) => {
    const participant = room.participants[participantId];
    return participant ? awayWordsOf(participant) : null;
  });
