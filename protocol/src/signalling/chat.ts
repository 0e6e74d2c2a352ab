import { z } from 'zod';
import { ChatMessage, ChatText } from '../room.js';
import { request } from './contract.js';

/** `nonce` makes resending after a reconnection harmless. */
export const sendChat = request({
  state: 'joined',
  permission: 'chat',
  data: z.object({ text: ChatText, nonce: z.string().min(1).max(64) }),
  reply: ChatMessage,
});
