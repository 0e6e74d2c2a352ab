import type { ChatSnapshot, ParticipantId } from '@lianmai/protocol';
import { createContext, useContext, type ReactNode } from 'react';
import { useStore, type StoreApi } from 'zustand';
import type { RoomActions } from '../state';

/** The part of a state that a chat is drawn from. */
export interface ChatState {
  chat: ChatSnapshot;
  selfId: ParticipantId | null;
  /** Server clock minus page clock, ms. */
  clockOffsetMs: number;
}

/** A chat to show: a room's, or its audience's. */
export interface ChatBinding {
  store: Pick<StoreApi<ChatState>, 'getState' | 'getInitialState' | 'subscribe'>;
  actions: Pick<RoomActions, 'sendChat' | 'deleteChat'>;
  /** A moderator's chat needs a RoomProvider as well. */
  isModerator: boolean;
  isOnStage: boolean;
  /** Runs an action from a click and shows its error. */
  run: (action: Promise<unknown>) => void;
}

const Context = createContext<ChatBinding | null>(null);

export const ChatProvider = ({ binding, children }: { binding: ChatBinding; children: ReactNode }) => (
  <Context value={binding}>{children}</Context>
);

export function useChatBinding(): ChatBinding {
  const binding = useContext(Context);
  if (!binding) throw new Error('This hook needs a ChatProvider');
  return binding;
}

/** Reads part of the chat's state and re-renders when it changes. */
export const useChat = <T,>(selector: (state: ChatState) => T): T => useStore(useChatBinding().store, selector);
