import { LianmaiError, type Identity, type ParticipantId, type RequestData } from '@lianmai/protocol';
import { canActOn } from '../authorisation/index.js';
import type { Participant } from './Participant.js';
import type { Person } from './Person.js';
import type { Participants } from './Participants.js';
import type { RoomStage } from './stage/index.js';

export interface ModerationOptions {
  participants: Participants;
  stage: RoomStage;
  /** Takes the participant out of the room. */
  leave(participant: Participant, reason: 'removed'): void;
  onLockChanged(): void;
}

/** Moderation commands, and the bans that a room keeps while it exists. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #removed = new Set<Identity>();
  #isLocked = false;

  constructor(options: ModerationOptions) {
    this.#options = options;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  get removed(): ReadonlySet<Identity> {
    return this.#removed;
  }

  /** Pauses the track. Only its owner can unmute it. */
  async mute(moderator: Person, { participantId, source }: RequestData<'muteParticipant'>): Promise<void> {
    const target = this.#targetOf(moderator, participantId, 'assist');
    const producer = target.media.producerOf(source);
    if (!producer || producer.paused) return;
    await target.media.setProducerPaused(producer.id, true);
    target.send('trackMuted', { source, by: moderator.id });
  }

  /** Asks a person to unmute. A stream cannot be asked, so its sound is unmuted at once. */
  async askToUnmute(moderator: Person, id: ParticipantId): Promise<void> {
    const target = this.#options.participants.get(id);
    if (target.kind === 'person') return target.send('unmuteAsked', { by: moderator.id });
    if (this.#options.stage.isMicrophoneLocked(id)) throw new LianmaiError('MICROPHONE_LOCKED');
    const sound = target.media.producerOf('microphone');
    if (sound?.paused) await target.media.setProducerPaused(sound.id, false);
  }

  takeDown(moderator: Person, id: ParticipantId): void {
    this.#options.stage.run({ type: 'comeDown', who: this.#targetOf(moderator, id).id });
  }

  sendBackstage(moderator: Person, id: ParticipantId): void {
    this.#options.stage.run({ type: 'sendBackstage', who: this.#targetOf(moderator, id).id });
  }

  /** Moves somebody to another seat, and whoever sits there to theirs. People on stage may take an empty seat by themselves. */
  move(mover: Person, { participantId, seat }: RequestData<'moveSeat'>): void {
    const isOther = participantId !== mover.id;
    if (isOther) this.#targetOf(mover, participantId);
    this.#options.stage.about({ type: 'move', who: participantId, seat, mayDisplace: mover.grants.moderate });
  }

  /** Removes someone and bars their identity while the room exists. */
  remove(moderator: Person, id: ParticipantId): void {
    const target = this.#targetOf(moderator, id);
    if (target === moderator) throw new LianmaiError('WRONG_STATE', undefined, { message: 'You cannot remove yourself. Leave instead.' });
    this.#removed.add(target.identity);
    const { channel } = target;
    this.#options.leave(target, 'removed');
    channel?.disconnect(new LianmaiError('REMOVED').toWire());
  }

  /** Keeps new people out, except those who run the room. */
  lock(locked: boolean): void {
    if (locked === this.#isLocked) return;
    this.#isLocked = locked;
    this.#options.onLockChanged();
  }

  #targetOf(moderator: Person, id: ParticipantId, permission: 'assist' | 'moderate' = 'moderate'): Participant {
    const target = this.#options.participants.get(id);
    if (target === moderator || canActOn(moderator, target, permission)) return target;
    throw new LianmaiError('FORBIDDEN', undefined, { message: 'Only a host can do this to another host.' });
  }
}
