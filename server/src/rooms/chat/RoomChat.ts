import { randomUUID } from 'node:crypto';
import {
  LianmaiError,
  type ChatChange,
  type ChatMessage,
  type ChatSnapshot,
  type ParticipantId,
  type RequestData,
} from '@lianmai/protocol';
import { canActOn } from '../../authorisation/index.js';
import type { KeptChatRules, KeptMessage } from '../../program/index.js';
import type { Participant } from '../Participant.js';
import type { Participants } from '../Participants.js';
import type { RoomMember } from '../RoomMember.js';
import type { Person } from '../Person.js';
import { compileBlockWords } from './blockWords.js';
import { reduceChat, type ChatCommand, type ChatEffect } from './chatRules.js';
import {
  chatSnapshot,
  emptyChat,
  findSaid,
  history,
  moderationOf,
  mutesOn,
  type ChatPolicy,
  type ChatState,
  type Writer,
} from './chatState.js';
import { entryOf, keptMessageOf, rulesOf } from './keptChat.js';

export interface RoomChatOptions {
  participants: Participants;
  /** Participants, and people in the audience. */
  everybody: { find(id: ParticipantId): RoomMember | undefined };
  /** Called with each change, for the audience. */
  onChange(change: ChatChange): void;
  /** As many messages a late joiner gets. */
  historyLimit: number;
  /** The server's, beside those that moderators set. */
  blockWords: readonly string[];
}

/** A room's chat: runs commands through the reducer, and tells everybody what has changed and moderators the rest. */
export class RoomChat {
  readonly #options: Pick<RoomChatOptions, 'participants' | 'everybody' | 'onChange'>;
  readonly #policy: ChatPolicy;
  #state: ChatState = emptyChat();

  constructor({ historyLimit, blockWords, ...options }: RoomChatOptions) {
    this.#options = options;
    this.#policy = { historyLimit, hasServerWord: compileBlockWords(blockWords) };
  }

  snapshotFor(viewer: RoomMember): ChatSnapshot {
    const { historyLimit } = this.#policy;
    return chatSnapshot(this.#state, { isModerator: viewer.grants.moderate, nowMs: Date.now(), historyLimit });
  }

  /** Tells somebody who has become a moderator what moderators know. */
  tellModerator(participant: Participant): void {
    participant.send('chatChanged', { type: 'moderated', ...moderationOf(this.#state, Date.now()) });
  }

  /** Throws CHAT_MUTED, CHAT_SLOW or CHAT_BLOCKED. */
  say(author: RoomMember, { text, nonce }: RequestData<'sendChat'>): ChatMessage {
    this.#run({ type: 'say', by: writerOf(author), id: randomUUID(), text, nonce });
    const said = findSaid(this.#state, author.identity, nonce);
    if (!said) throw new LianmaiError('INTERNAL');
    return said;
  }

  delete(by: RoomMember, { messageId }: RequestData<'deleteChat'>): void {
    this.#run({ type: 'delete', by: writerOf(by), messageId });
  }

  pin({ messageId }: RequestData<'pinChat'>): void {
    this.#run({ type: 'pin', messageId });
  }

  mute(moderator: Person, { participantId, forMs }: RequestData<'muteChat'>): void {
    const who = this.#somebody(participantId);
    if (who.identity === moderator.identity) throw new LianmaiError('WRONG_STATE', undefined, { message: 'You cannot mute yourself.' });
    this.#assertMayModerate(moderator, who);
    this.#run({ type: 'mute', who, forMs });
  }

  unmute(moderator: Person, { participantId }: RequestData<'unmuteChat'>): void {
    const who = this.#somebody(participantId);
    this.#assertMayModerate(moderator, who);
    this.#run({ type: 'unmute', identity: who.identity });
  }

  set(to: RequestData<'setChat'>): void {
    this.#run({ type: 'set', to });
  }

  /** For the next server process. */
  latest(count: number): KeptMessage[] {
    return history(this.#state, count).map(keptMessageOf);
  }

  get keptRules(): KeptChatRules {
    return {
      slowModeMs: this.#state.slowModeMs,
      linksFromAudience: this.#state.linksFromAudience,
      blockWords: [...this.#state.blockWords],
      pinned: this.#state.pinned && keptMessageOf(this.#state.pinned),
      mutes: mutesOn(this.#state, Date.now()).map(([identity, mute]) => ({ identity, ...mute })),
    };
  }

  restore(messages: readonly KeptMessage[], rules: KeptChatRules | undefined): void {
    this.#run({ type: 'restore', messages: messages.map(entryOf), rules: rules ? rulesOf(rules) : null });
  }

  /** Somebody in the room, who has written here, or who is muted. Throws NOT_FOUND for anybody else. */
  #somebody(participantId: ParticipantId): Pick<Writer, 'identity' | 'participantId' | 'name' | 'isHost'> {
    const member = this.#options.everybody.find(participantId);
    if (member) return { identity: member.identity, participantId, name: member.name, isHost: member.isHost };
    const entry = this.#state.entries.findLast(({ message, author }) => author && message.participantId === participantId);
    if (entry?.author) return { ...entry.author, participantId, name: entry.message.name };
    const muted = [...this.#state.mutes].find(([, mute]) => mute.participantId === participantId);
    if (muted) return { identity: muted[0], participantId, name: muted[1].name, isHost: false };
    throw new LianmaiError('NOT_FOUND', { participantId }, { message: 'This person is not in the room.' });
  }

  #assertMayModerate(moderator: Person, who: { isHost: boolean }): void {
    if (canActOn(moderator, who)) return;
    throw new LianmaiError('FORBIDDEN', undefined, { message: 'Only a host can do this to another host.' });
  }

  #run(command: ChatCommand): void {
    const { state, effects } = reduceChat(this.#state, command, { nowMs: Date.now(), policy: this.#policy });
    this.#state = state;
    for (const effect of effects) this.#tell(effect);
  }

  #tell({ to, change }: ChatEffect): void {
    const { participants, onChange } = this.#options;
    if (to === 'everybody') {
      participants.broadcast('chatChanged', change);
      return onChange(change);
    }
    for (const participant of participants) if (participant.grants.moderate) participant.send('chatChanged', change);
  }
}

const writerOf = ({ identity, id, name, role, isHost, grants, onStage }: RoomMember): Writer => ({
  ...{ identity, participantId: id, name, role, isHost, isModerator: grants.moderate, onStage },
});
