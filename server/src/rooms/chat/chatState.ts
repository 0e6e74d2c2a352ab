import type { ChatMessage, ChatModeration, ChatMute, ChatSettings, ChatSnapshot, Identity, ParticipantId, Role } from '@lianmai/protocol';
import type { BlockWordTest } from './blockWords.js';

/** Somebody who writes, with the facts that the rules depend on. */
export interface Writer {
  identity: Identity;
  participantId: ParticipantId;
  name: string;
  role: Role;
  isHost: boolean;
  isModerator: boolean;
  onStage: boolean;
}

export interface ChatEntry {
  message: ChatMessage;
  /** null: it comes from an earlier server process that did not keep authors. */
  author: Pick<Writer, 'identity' | 'isHost'> | null;
  /** null: it was not said in this process, so it cannot be sent again. */
  nonce: string | null;
  isDeleted: boolean;
}

export interface ChatRules extends ChatSettings {
  pinned: ChatEntry | null;
  blockWords: readonly string[];
  mutes: ReadonlyMap<Identity, ChatMute>;
}

export interface ChatState extends ChatRules {
  /** Oldest first, deleted ones included: a message that is sent again must not come back, and pages show more than the history. */
  entries: readonly ChatEntry[];
  /** When people spoke last, while slow mode is on. */
  saidAtMs: ReadonlyMap<Identity, number>;
}

/** The operator's settings. */
export interface ChatPolicy {
  /** As many messages a late joiner gets. */
  historyLimit: number;
  hasServerWord: BlockWordTest;
}

/** As many messages a page keeps. */
const MIN_KEPT_ENTRIES = 500;
export const emptyChat = (): ChatState => ({
  ...{ entries: [], pinned: null, slowModeMs: 0, linksFromAudience: true, blockWords: [], mutes: new Map(), saidAtMs: new Map() },
});

/** The message that this person sent with this nonce. */
export const findSaid = ({ entries }: ChatState, identity: Identity, nonce: string): ChatMessage | undefined =>
  entries.findLast((entry) => entry.nonce === nonce && entry.author?.identity === identity)?.message;

/** The messages that late joiners get. */
export function history({ entries }: ChatState, count: number): ChatEntry[] {
  return count === 0 ? [] : entries.filter((entry) => !entry.isDeleted).slice(-count);
}

export function chatSnapshot(
  state: ChatState,
  { isModerator, nowMs, historyLimit }: { isModerator: boolean; nowMs: number; historyLimit: number },
): ChatSnapshot {
  const { slowModeMs, linksFromAudience, pinned } = state;
  const messages = history(state, historyLimit).map(({ message }) => message);
  const moderation = isModerator ? moderationOf(state, nowMs) : null;
  return { messages, pinned: pinned?.message ?? null, slowModeMs, linksFromAudience, moderation };
}

/** A message that is in the chat still, or pinned. */
export const findMessage = ({ entries, pinned }: ChatState, messageId: string): ChatEntry | undefined =>
  [...(pinned ? [pinned] : []), ...entries].find((entry) => entry.message.id === messageId && !entry.isDeleted);

export const keptEntries = (entries: ChatEntry[], { historyLimit }: ChatPolicy): ChatEntry[] =>
  entries.slice(-Math.max(historyLimit, MIN_KEPT_ENTRIES));

export const isOn = ({ untilMs }: ChatMute, nowMs: number): boolean => untilMs === null || untilMs > nowMs;
export const mutesOn = ({ mutes }: ChatState, nowMs: number): [Identity, ChatMute][] => [...mutes].filter(([, mute]) => isOn(mute, nowMs));

export const moderationOf = (state: ChatState, nowMs: number): ChatModeration => ({
  blockWords: [...state.blockWords],
  mutes: mutesOn(state, nowMs).map(([, mute]) => mute),
});
