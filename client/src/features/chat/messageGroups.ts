import type { ChatMessage } from '@lianmai/protocol';

/** Consecutive messages of one person, shown under one name. */
export interface MessageGroup {
  id: string;
  participantId: ChatMessage['participantId'];
  name: string;
  role: ChatMessage['role'];
  atMs: number;
  messages: ChatMessage[];
}

/** A longer pause starts a new group, so that the times stay meaningful. */
const SAME_GROUP_MS = 3 * 60_000;

export function groupMessages(chat: readonly ChatMessage[]): MessageGroup[] {
  const groups: MessageGroup[] = [];
  for (const message of chat) {
    const last = groups.at(-1);
    const isSame = last?.participantId === message.participantId && last.name === message.name && message.atMs - last.atMs < SAME_GROUP_MS;
    if (last && isSame) last.messages.push(message);
    else groups.push({ ...message, messages: [message] });
  }
  return groups;
}
