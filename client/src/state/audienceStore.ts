import type {
  AudienceSnapshot,
  AudienceState,
  ChatSnapshot,
  ErrorCode,
  EventData,
  EventName,
  OwnStage,
  ParticipantId,
  StageRefusal,
} from '@lianmai/protocol';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { applyChatChange } from './chatReducer';
import { emptyChat } from './roomStore';

/** elsewhere: this browser is in the room in another tab. ended: for a reason that trying again does not change. */
export type AudiencePhase = 'idle' | 'connecting' | 'attending' | 'reconnecting' | 'elsewhere' | 'ended';

/** How the last way to the stage ended. */
export type StageNews = { kind: 'refused'; outcome: StageRefusal; reason: string } | { kind: 'invitationExpired' };

/** Everything that the watch page knows as part of a room's audience. Written by `session/`. */
export interface Attendance {
  phase: AudiencePhase;
  ended: { code: ErrorCode; message: string } | null;
  selfId: ParticipantId | null;
  /** What the whole audience is told. null: not known yet. */
  audience: AudienceState | null;
  own: OwnStage;
  /** Shown until the person asks again or dismisses it. */
  news: StageNews | null;
  chat: ChatSnapshot;
  /** Server clock minus page clock, ms. */
  clockOffsetMs: number;
}

const initial = (): Attendance => ({
  phase: 'idle',
  ended: null,
  selfId: null,
  audience: null,
  own: { place: 'audience', request: null, invitation: null },
  news: null,
  chat: emptyChat(),
  clockOffsetMs: 0,
});

const store: StoreApi<Attendance> = createStore(initial);

/** The one room that this page attends. */
export const getAudienceStore = (): StoreApi<Attendance> => store;
export const resetAudience = (): void => store.setState(initial(), true);
/** Reads part of the attendance and re-renders when it changes. */
export const useAudience = <T>(selector: (attendance: Attendance) => T): T => useStore(store, selector);

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
