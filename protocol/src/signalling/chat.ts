import { z } from 'zod';
import { BlockWords, ChatMessage, ChatSettings, MAX_CHAT_MUTE_MS } from '../chat.js';
import { ParticipantId } from '../ids.js';
import { MAX_REQUEST_BYTES, request, SMALL_REQUEST_BYTES } from './contract.js';

export const MAX_CHAT_CHARS = 2000;

// eslint-disable-next-line no-control-regex -- control characters except the line break, and those that change text direction
const DROPPED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const ChatText = z
  .string()
  .max(2 * MAX_CHAT_CHARS)
  .transform((text) => text.normalize('NFC').replace(DROPPED, '').trim())
  .pipe(z.string().min(1).max(MAX_CHAT_CHARS));

/** `nonce` makes resending after a reconnection harmless. */
export const sendChat = request({
  state: 'present',
  permission: 'chat',
  maxBytes: MAX_REQUEST_BYTES,
  data: z.object({ text: ChatText, nonce: z.string().min(1).max(64) }),
  reply: ChatMessage,
});

const MessageId = z.string().min(1).max(64);

/** Moderators delete any message, others their own. */
export const deleteChat = request({
  state: 'present',
  permission: 'chat',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ messageId: MessageId }),
  reply: z.object({}),
});

/** null: unpins. */
export const pinChat = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ messageId: MessageId.nullable() }),
  reply: z.object({}),
});

/** `forMs` null: until a moderator allows it again, or the room closes. The mute is the identity's, so it stays when they leave and come back. */
export const muteChat = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ participantId: ParticipantId, forMs: z.number().int().min(1000).max(MAX_CHAT_MUTE_MS).nullable() }),
  reply: z.object({}),
});

export const unmuteChat = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ participantId: ParticipantId }),
  reply: z.object({}),
});

/** Only what is named changes. `blockWords` replaces the room's whole list. */
export const setChat = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: MAX_REQUEST_BYTES,
  data: ChatSettings.extend({ blockWords: BlockWords }).partial(),
  reply: z.object({}),
});
