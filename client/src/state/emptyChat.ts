import type { ChatSnapshot } from '@lianmai/protocol';

export const emptyChat = (): ChatSnapshot => ({
  messages: [],
  pinned: null,
  slowModeMs: 0,
  linksFromAudience: true,
  moderation: null,
});
