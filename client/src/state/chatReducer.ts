import type { ChatChange, ChatSnapshot } from '@lianmai/protocol';

/** The page keeps this many messages. The server's own history is shorter. */
const MAX_CHAT = 500;

/** Returns the chat after a change. A repeated change does nothing more. */
export function applyChatChange(chat: ChatSnapshot, change: ChatChange): ChatSnapshot {
  switch (change.type) {
    case 'said': {
      const isKnown = chat.messages.some(({ id }) => id === change.message.id);
      return isKnown ? chat : { ...chat, messages: [...chat.messages, change.message].slice(-MAX_CHAT) };
    }
    case 'deleted':
      return { ...chat, messages: chat.messages.filter(({ id }) => id !== change.messageId) };
    case 'pinned':
      return { ...chat, pinned: change.message };
    case 'set':
      return { ...chat, slowModeMs: change.slowModeMs, linksFromAudience: change.linksFromAudience };
    case 'moderated':
      return { ...chat, moderation: { blockWords: change.blockWords, mutes: change.mutes } };
  }
}
