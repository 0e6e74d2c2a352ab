import { z } from 'zod';
import { singleLine } from './displayName.js';
import { EpochMs, ParticipantId } from './ids.js';
import { Role } from './roles.js';

export const MAX_SLOW_MODE_MS = 600_000;
/** The longest mute with an end, a week. */
export const MAX_CHAT_MUTE_MS = 7 * 86_400_000;
export const MAX_BLOCK_WORDS = 200;
export const MAX_BLOCK_WORD_CHARS = 40;

export const ChatMessage = z.object({
  id: z.string(),
  participantId: ParticipantId,
  name: z.string(),
  role: Role,
  text: z.string(),
  atMs: EpochMs,
});
export type ChatMessage = z.infer<typeof ChatMessage>;

export const ChatSettings = z.object({
  /** How long one person waits between two messages, ms; 0: off. Moderators never wait. */
  slowModeMs: z.number().int().min(0).max(MAX_SLOW_MODE_MS),
  /** Whether people who are not on stage may send links. Moderators always may. */
  linksFromAudience: z.boolean(),
});
export type ChatSettings = z.infer<typeof ChatSettings>;

/** Words that no message may have: the room's own, beside the server's. */
export const BlockWords = z.array(singleLine(MAX_BLOCK_WORD_CHARS)).max(MAX_BLOCK_WORDS);

/** A person who may not write. `untilMs` null: until a moderator allows it again. */
export const ChatMute = z.object({ participantId: ParticipantId, name: z.string(), untilMs: EpochMs.nullable() });
export type ChatMute = z.infer<typeof ChatMute>;

/** The part that only moderators see. */
export const ChatModeration = z.object({ blockWords: z.array(z.string()), mutes: z.array(ChatMute) });
export type ChatModeration = z.infer<typeof ChatModeration>;

export const ChatSnapshot = ChatSettings.extend({
  /** The latest, oldest first. */
  messages: z.array(ChatMessage),
  pinned: ChatMessage.nullable(),
  /** null for everybody but moderators. */
  moderation: ChatModeration.nullable(),
});
export type ChatSnapshot = z.infer<typeof ChatSnapshot>;

/** One change of the chat. Each kind carries all that it is about, so receiving it twice is harmless. */
export const ChatChange = z.union([
  z.object({ type: z.literal('said'), message: ChatMessage }),
  z.object({ type: z.literal('deleted'), messageId: z.string() }),
  z.object({ type: z.literal('pinned'), message: ChatMessage.nullable() }),
  ChatSettings.extend({ type: z.literal('set') }),
  /** To moderators alone. */
  ChatModeration.extend({ type: z.literal('moderated') }),
]);
export type ChatChange = z.infer<typeof ChatChange>;
