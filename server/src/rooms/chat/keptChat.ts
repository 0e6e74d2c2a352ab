import type { KeptChatRules, KeptMessage } from '../../program/index.js';
import type { ChatEntry, ChatRules } from './chatState.js';

/** Between the chat of a room and what is kept of it for the next server process. */
export const keptMessageOf = ({ message, author }: ChatEntry): KeptMessage => ({ ...message, ...(author && { author }) });

export const entryOf = ({ author, ...message }: KeptMessage): ChatEntry => ({
  ...{ message, author: author ?? null, nonce: null, isDeleted: false },
});

export const rulesOf = ({ mutes, pinned, ...rest }: KeptChatRules): ChatRules => ({
  ...rest,
  pinned: pinned && entryOf(pinned),
  mutes: new Map(mutes.map(({ identity, ...mute }) => [identity, mute])),
});
