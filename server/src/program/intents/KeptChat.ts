import { ChatMessage, ChatMute, ChatSettings, Identity } from '@lianmai/protocol';
import { z } from 'zod';

/** A message as it is kept: with its author, who may delete it and can be muted also when they come back as another participant. */
export const KeptMessage = ChatMessage.extend({ author: z.object({ identity: Identity, isHost: z.boolean() }).optional() });
export type KeptMessage = z.infer<typeof KeptMessage>;

/** The part of a room's chat that is kept beside its messages. */
export const KeptChatRules = ChatSettings.extend({
  pinned: KeptMessage.nullable(),
  blockWords: z.array(z.string()),
  mutes: z.array(ChatMute.extend({ identity: Identity })),
});
export type KeptChatRules = z.infer<typeof KeptChatRules>;
