import type { AudienceSnapshot, EventData, EventName, ParticipantId } from '@lianmai/protocol';
import type { Attendance } from './audienceStore';
import { applyChatChange } from './chatReducer';

interface AttendedAs {
  participantId: ParticipantId;
  snapshot: AudienceSnapshot;
  clockOffsetMs: number;
}

/** Returns the attendance after `attend`. The snapshot replaces everything from the server; news stay. */
export function applyAudienceSnapshot(state: Attendance, { participantId, snapshot, clockOffsetMs }: AttendedAs): Attendance {
  const { own, chat, ...audience } = snapshot;
  return { ...state, phase: 'attending', ended: null, selfId: participantId, audience, own, chat, clockOffsetMs };
}

type Reducer<N extends EventName> = (state: Attendance, data: EventData<N>) => Partial<Attendance>;

const reducers: { [N in EventName]?: Reducer<N> } = {
  audienceChanged: (_, audience) => ({ audience }),
  chatBatch: ({ chat }, { changes }) => ({ chat: changes.reduce(applyChatChange, chat) }),
  ownStageChanged: ({ news }, own) => ({ own, news: own.request || own.invitation ? null : news }),
  stageRequestRefused: (_, { outcome, reason }) => ({ news: { kind: 'refused', outcome, reason } }),
  stageInvitationExpired: () => ({ news: { kind: 'invitationExpired' } }),
};

/** Returns the attendance after an event. Repeated events change nothing more. */
export function applyAudienceEvent<N extends EventName>(state: Attendance, name: N, data: EventData<N>): Attendance {
  const reduce: Reducer<N> | undefined = reducers[name];
  return reduce ? { ...state, ...reduce(state, data) } : state;
}
