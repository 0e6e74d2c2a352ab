import type { EventData, EventName, ParticipantId, ParticipantInfo, RoomSnapshot } from '@lianmai/protocol';
import { applyChatChange } from './chatReducer';
import type { RoomNotice, RoomState } from './RoomState';

type Reducer<N extends EventName> = (state: RoomState, data: EventData<N>) => Partial<RoomState>;

function without<K extends string, V>(record: Record<K, V>, key: K): Record<K, V> {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest as Record<K, V>;
}

/** Replacing a key keeps its place, so the order of joining survives. */
const putParticipant = ({ participants, selfId }: RoomState, info: ParticipantInfo): Partial<RoomState> => ({
  participants: { ...participants, [info.id]: info },
  ...(info.id === selfId && { selfQuality: info.quality }),
});

function removeParticipant(state: RoomState, id: ParticipantId): Partial<RoomState> {
  return {
    participants: without(state.participants, id),
    remote: without(state.remote, id),
    speakers: without(state.speakers, id),
    ...(state.activeSpeaker === id && { activeSpeaker: null }),
  };
}

let noticeId = 0;
type NoticeContent = RoomNotice extends infer N ? (N extends { id: number } ? Omit<N, 'id'> : never) : never;

/** Repeating a notice does not add another. */
export function addNotice(notices: RoomNotice[], content: NoticeContent): RoomNotice[] {
  const isSame = ({ id: _id, ...other }: RoomNotice) => JSON.stringify(other) === JSON.stringify(content);
  if (notices.some(isSame)) return notices;
  noticeId += 1;
  return [...notices, { ...content, id: noticeId }];
}

const ignored = () => ({});

const reducers: { [N in EventName]: Reducer<N> } = {
  participantJoined: putParticipant,
  participantChanged: putParticipant,
  participantLeft: (state, { participantId }) => removeParticipant(state, participantId),
  qualityChanged: (state, { participantId, quality }) => {
    const known = state.participants[participantId];
    return known ? putParticipant(state, { ...known, quality }) : {};
  },
  // Versions count up, so an older snapshot that arrives after a newer one is dropped.
  stageChanged: ({ stage: now }, stage) => (now && stage.version < now.version ? {} : { stage }),
  roomChanged: (_, room) => ({ room }),
  chatChanged: ({ chat }, change) => ({ chat: applyChatChange(chat, change) }),
  activeSpeakerChanged: (_, { participantId }) => ({ activeSpeaker: participantId }),
  speakersChanged: (_, { levels }) => ({ speakers: levels }),
  trackMuted: ({ notices }, { source, by }) => ({ notices: addNotice(notices, { kind: 'mutedByHost', source, by }) }),
  unmuteAsked: ({ notices }, { by }) => ({ notices: addNotice(notices, { kind: 'unmuteAsked', by }) }),
  stageRequestRefused: ({ notices }, { outcome, reason }) => ({
    notices: addNotice(notices, { kind: 'stageRequestRefused', outcome, reason }),
  }),
  stageInvitationExpired: ({ notices }) => ({ notices: addNotice(notices, { kind: 'stageInvitationExpired' }) }),
  programChanged: ({ levels }, program) => ({ program, levels: program ? levels : null }),
  levelsMeasured: (_, levels) => ({ levels }),
  // Of the audience's pages.
  audienceChanged: ignored,
  chatBatch: ignored,
  ownStageChanged: ignored,
  // The session handles media itself.
  consumerClosed: ignored,
  consumerPausedChanged: ignored,
  mediaReset: ignored,
  disconnecting: ignored,
};

/** Returns the state after an event. Repeated events change nothing more. */
export function applyEvent<N extends EventName>(state: RoomState, name: N, data: EventData<N>): RoomState {
  const reduce: Reducer<N> = reducers[name];
  return { ...state, ...reduce(state, data) };
}

interface JoinedAs {
  participantId: ParticipantId;
  snapshot: RoomSnapshot;
  /** Server clock minus page clock, ms. */
  clockOffsetMs: number;
}

/** Returns the state after a join. The snapshot replaces everything from the server; local tracks and notices stay. */
export function applySnapshot(state: RoomState, { participantId, snapshot, clockOffsetMs }: JoinedAs): RoomState {
  const participants: Record<ParticipantId, ParticipantInfo> = {};
  for (const info of [...snapshot.participants].sort((a, b) => a.joinedAtMs - b.joinedAtMs)) participants[info.id] = info;
  return {
    ...state,
    phase: 'joined',
    ended: null,
    reconnectingSinceMs: null,
    selfId: participantId,
    selfQuality: participants[participantId]?.quality ?? 'good',
    room: snapshot.room,
    participants,
    stage: snapshot.stage,
    chat: snapshot.chat,
    program: snapshot.program,
    levels: null,
    activeSpeaker: null,
    speakers: {},
    clockOffsetMs,
    remote: Object.fromEntries(Object.entries(state.remote).filter(([id]) => id in participants)),
  };
}
