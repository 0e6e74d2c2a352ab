import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { emptyChat } from './emptyChat';
import type { LocalTrackState, RoomState } from './RoomState';

const noTrack = (): LocalTrackState => ({ state: 'off', problem: null, track: null });

export function initialRoomState(): RoomState {
  return {
    phase: 'idle',
    ended: null,
    reconnectingSinceMs: null,
    isMediaBlocked: false,
    isMediaInterrupted: false,
    selfId: null,
    room: null,
    participants: {},
    stage: null,
    chat: emptyChat(),
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

/** The one room of this page, written by the session and read by features. */
export const getRoomStore = (): StoreApi<RoomState> => store;

/** Reads part of the room's state and re-renders when it changes. Wrap selectors that build objects in `useShallow`. */
export const useRoom = <T>(selector: (state: RoomState) => T): T => useStore(store, selector);
