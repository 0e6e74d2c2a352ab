import type { RequestInput } from '@lianmai/protocol';

/** Everything that somebody in the audience can do. Rejects with LianmaiError. */
export interface AudienceActions {
  sendChat(text: string): Promise<void>;
  deleteChat(messageId: string): Promise<void>;
  requestStage(wish: RequestInput<'requestStage'>): Promise<void>;
  cancelStageRequest(): Promise<void>;
  answerInvitation(accept: boolean): Promise<void>;
  dismissNews(): void;
  /** Goes on under another name. */
  rename(name: string): Promise<void>;
  /** After another tab took over: attends in this one. */
  attendHere(): Promise<void>;
}
