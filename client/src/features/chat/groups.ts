import type { ChatMessage } from '@lianmai/protocol';

/** Messages of one person in a row stand under one name. */
export interface MessageGroup {
  id: string;
  participantId: ChatMessage['participantId'];
  name: string;
  role: ChatMessage['role'];
  atMs: number;
  messages: ChatMessage[];
}

/** A pause longer than this begins anew, so that times stay true. */
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

export type Piece = { text: string; href: string | null };

/** Web addresses in a text, as links; nothing else is ever made clickable. Trailing punctuation is not part of one. */
export function splitLinks(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'，。、；：！？（）「」]+[^\s<>"'.,;:!?)\]，。、；：！？（）「」]/g)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: match[0], href: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}
