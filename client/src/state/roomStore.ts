import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LocalTrackState, RoomState } from './RoomState';

const noTrack = (): LocalTrackState => ({ state: 'off', problem: null, track: null });

export function initialRoomState(): RoomState {
  return {
    phase: 'idle',
    ended: null,
    reconnectingSinceMs: null,
    isMediaBlocked: false,
    selfId: null,
    room: null,
    participants: {},
    stage: null,
    chat: [],
    program: null,
    levels: null,
    activeSpeaker: null,
    speakers: {},
    selfQuality: 'good',
    clockOffsetMs: 0,
    remote: {},
    isSoundBlocked: false,
    local: { camera: noTrack(), microphone: noTrack(), screen: noTrack(), screenAudio: noTrack() },
    notices: [],
  };
}

const store: StoreApi<RoomState> = createStore(initialRoomState);

/** The one room this page is in: written by the session, read by features. */
export const getRoomStore = (): StoreApi<RoomState> => store;

/** Reads part of the room's state; draws again when that part changes. Wrap selectors that build objects in `useShallow`. */
export const useRoom = <T>(selector: (state: RoomState) => T): T => useStore(store, selector);
