import { LianmaiError, type Identity, type ParticipantId, type RequestData } from '@lianmai/protocol';
import { canModerate } from '../authorisation/index.js';
import type { Participant } from './Participant.js';
import type { Participants } from './Participants.js';
import type { RoomStage } from './RoomStage.js';

export interface ModerationOptions {
  participants: Participants;
  stage: RoomStage;
  /** Takes them out of the room. */
  leave(participant: Participant, reason: 'removed'): void;
  onLockChanged(): void;
}

/** What a moderator may do to others, and what the room remembers of it while it lives. */
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

  /** Pauses the track; only its owner opens it again. */
  async mute(moderator: Participant, { participantId, source }: RequestData<'muteParticipant'>): Promise<void> {
    const target = this.#targetOf(moderator, participantId);
    const producer = target.media.producerOf(source);
    if (!producer || producer.paused) return;
    await target.media.setProducerPaused(producer.id, true);
    target.send('trackMuted', { source, by: moderator.id });
  }

  /** A stream has nobody to be asked: its sound is opened. */
  async askToUnmute(moderator: Participant, id: ParticipantId): Promise<void> {
    const target = this.#options.participants.get(id);
    if (!target.stream) return target.send('unmuteAsked', { by: moderator.id });
    const sound = target.media.producerOf('microphone');
    if (sound?.paused) await target.media.setProducerPaused(sound.id, false);
  }

  takeDown(moderator: Participant, id: ParticipantId): void {
    this.#options.stage.run({ type: 'comeDown', who: this.#targetOf(moderator, id).id });
  }

  /** Out, and not back with this identity while the room lives. */
  remove(moderator: Participant, id: ParticipantId): void {
    const target = this.#targetOf(moderator, id);
    if (target === moderator) throw new LianmaiError('WRONG_STATE', undefined, { message: 'You cannot remove yourself. Leave instead.' });
    this.#removed.add(target.identity);
    const { channel } = target;
    this.#options.leave(target, 'removed');
    channel?.disconnect(new LianmaiError('REMOVED').toWire());
  }

  /** Nobody new comes in, but those who run the room. */
  lock(locked: boolean): void {
    if (locked === this.#isLocked) return;
    this.#isLocked = locked;
    this.#options.onLockChanged();
  }

  #targetOf(moderator: Participant, id: ParticipantId): Participant {
    const target = this.#options.participants.get(id);
    if (target === moderator || canModerate(moderator, target)) return target;
    throw new LianmaiError('FORBIDDEN', undefined, { message: 'Only a host can do this to a host.' });
  }
}
