import { seatOf, type ParticipantId } from '@lianmai/protocol';
import { useRoom, type RoomState } from '../state';
import { isOpen } from './stageSources';

/** This page knows about our own microphone; the server knows about everyone else's. */
export function isMicrophoneOn(room: RoomState, participantId: ParticipantId): boolean {
  if (participantId === room.selfId) return room.local.microphone.state === 'on';
  const participant = room.participants[participantId];
  return participant !== undefined && isOpen(participant, 'microphone');
}

/** 禁麦: the seat's microphone is locked, whatever the person does. */
export const isMicrophoneLocked = ({ stage }: RoomState, participantId: ParticipantId): boolean =>
  stage !== null && seatOf(stage, participantId)?.isMicrophoneLocked === true;

/** Louder than this counts as speaking. */
const SPEAKING_DBOV = -50;

function isSpeaking(room: RoomState, participantId: ParticipantId): boolean {
  const level = room.speakers[participantId];
  const isLoud = level !== undefined && level > SPEAKING_DBOV;
  return (isLoud || room.activeSpeaker === participantId) && isMicrophoneOn(room, participantId);
}

export const useIsSpeaking = (participantId: ParticipantId): boolean => useRoom((room) => isSpeaking(room, participantId));
