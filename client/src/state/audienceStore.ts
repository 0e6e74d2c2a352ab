import type { AudienceState, ChatSnapshot, ErrorCode, OwnStage, ParticipantId, StageRefusal } from '@lianmai/protocol';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { emptyChat } from './emptyChat';

/** elsewhere: this browser is in the room in another tab. ended: for a reason that trying again does not change. */
export type AudiencePhase = 'idle' | 'connecting' | 'attending' | 'reconnecting' | 'elsewhere' | 'ended';

/** How the last way to the stage ended. */
export type StageNews = { kind: 'refused'; outcome: StageRefusal; reason: string } | { kind: 'invitationExpired' };

/** Everything that the watch page knows as part of a room's audience. Written by `session/`. */
export interface Attendance {
  phase: AudiencePhase;
  ended: { code: ErrorCode; message: string } | null;
  selfId: ParticipantId | null;
  /** Told to the whole audience. null: not known yet. */
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
