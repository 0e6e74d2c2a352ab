import { LianmaiError, type ParticipantId, type StagePolicy, type StageSnapshot } from '@lianmai/protocol';
import type { Participant } from './Participant.js';
import type { Participants } from './Participants.js';
import { emptyStage, reduceStage, type StageCommand, type StageEffect } from './stageRules.js';

export interface RoomStageOptions {
  participants: Participants;
  seatLimit: number;
  policy: StagePolicy;
  /** Someone went on stage, backstage or into the audience. `place` is already updated. undefined: they have left the room. */
  onMoved(participant: Participant | undefined): void;
}

/** Keeps one room's stage: runs commands through the reducer and announces the result. */
export class RoomStage {
  readonly #options: RoomStageOptions;
  #state: StageSnapshot;

  constructor(options: RoomStageOptions) {
    this.#options = options;
    this.#state = emptyStage(options.seatLimit, options.policy);
  }

  get snapshot(): StageSnapshot {
    return this.#state;
  }

  /** In order of arrival on stage. */
  get seated(): Participant[] {
    return this.#state.seats
      .map((seat) => this.#options.participants.find(seat.participantId))
      .filter((participant) => participant !== undefined);
  }

  /** Places a new or returning participant according to their token. `wasOnAir`: they had a seat before the server was started again. */
  arrive(participant: Participant, { wasOnAir = false } = {}): void {
    const { grants, grantedRole } = participant;
    if (grants.publish.length === 0) this.run({ type: 'comeDown', who: participant.id });
    const isAudience = grants.publish.length === 0 || (grantedRole === 'viewer' && !wasOnAir);
    const isSeated = wasOnAir || grantedRole === 'host';
    this.run({ type: 'arrive', who: participant.id, wants: isAudience ? 'none' : isSeated ? 'seat' : 'ask' });
  }

  request({ id, grants, grantedRole }: Participant): void {
    const isWelcome = grantedRole === 'guest' && this.#state.policy === 'open';
    this.run({ type: 'request', who: id, atOnce: grants.moderate || isWelcome });
  }

  /** Throws NOT_FOUND for anyone who is not in the room, and FORBIDDEN if their token lets them publish nothing. */
  invite(who: ParticipantId, by: ParticipantId): void {
    const { grants } = this.#options.participants.get(who);
    if (grants.publish.length === 0)
      throw new LianmaiError('FORBIDDEN', undefined, { message: 'This person may only watch. Give them a token that lets them publish.' });
    this.run({ type: 'invite', who, by });
  }

  /** Runs a command about a participant. Throws NOT_FOUND if they are not in the room. */
  about(command: Extract<StageCommand, { type: 'approve' | 'decline' | 'cancelInvitation' | 'bringOnAir' }>): void {
    this.#options.participants.get(command.who);
    this.run(command);
  }

  run(command: StageCommand): void {
    const { state, effects } = reduceStage(this.#state, command, Date.now());
    if (state === this.#state) return;
    this.#state = state;
    this.#options.participants.broadcast('stageChanged', state);
    for (const effect of effects) this.#follow(effect);
  }

  #follow(effect: StageEffect): void {
    const participant = this.#options.participants.find(effect.who);
    if (effect.type === 'declined') {
      participant?.send('stageRequestDeclined', {});
      return;
    }
    if (participant) participant.place = effect.to;
    this.#options.onMoved(participant);
  }
}
