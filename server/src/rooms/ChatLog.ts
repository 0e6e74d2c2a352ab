import { randomUUID } from 'node:crypto';
import type { ChatMessage } from '@lianmai/protocol';

/** Keeps a room's latest messages for late joiners. A message sent twice with the same nonce is kept once. */
export class ChatLog {
  readonly #limit: number;
  #messages: ChatMessage[] = [];
  /** Maps author and nonce to the message. */
  readonly #sent = new Map<string, ChatMessage>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Begins with the messages of an earlier server process. */
  restore(messages: readonly ChatMessage[]): void {
    this.#messages = [...messages, ...this.#messages];
    this.#trim();
  }

  /** `isNew` is false for a message that was sent before. */
  add(message: Omit<ChatMessage, 'id'>, nonce: string): { message: ChatMessage; isNew: boolean } {
    const key = `${message.participantId} ${nonce}`;
    const known = this.#sent.get(key);
    if (known) return { message: known, isNew: false };
    const added: ChatMessage = { id: randomUUID(), ...message };
    this.#messages.push(added);
    this.#sent.set(key, added);
    this.#trim();
    return { message: added, isNew: true };
  }

  #trim(): void {
    if (this.#messages.length > this.#limit) this.#messages = this.#messages.slice(-this.#limit || this.#messages.length);
    // Nonces outlive a short history: a resend comes within seconds.
    const excess = this.#sent.size - Math.max(this.#limit, 100);
    if (excess <= 0) return;
    for (const key of [...this.#sent.keys()].slice(0, excess)) this.#sent.delete(key);
  }
}
