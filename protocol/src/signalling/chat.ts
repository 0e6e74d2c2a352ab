import { z } from 'zod';
import { ChatMessage } from '../room.js';
import { MAX_REQUEST_BYTES, request } from './contract.js';

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
  state: 'joined',
  permission: 'chat',
  maxBytes: MAX_REQUEST_BYTES,
  data: z.object({ text: ChatText, nonce: z.string().min(1).max(64) }),
  reply: ChatMessage,
});
