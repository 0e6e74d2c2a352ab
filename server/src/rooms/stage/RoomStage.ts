import {
  LianmaiError,
  seatedIds,
  seatOf,
  type ParticipantId,
  type RequestData,
  type SeatNumber,
  type StageSettings,
  type StageSnapshot,
} from '@lianmai/protocol';
import type { Place } from '../../authorisation/index.js';
import type { Participant } from '../Participant.js';
import type { Participants } from '../Participants.js';
import type { RoomMember } from '../RoomMember.js';
import { nextExpiryMs } from './requestRules.js';
import type { Of, StageCommand, StageEffect } from './stageCommands.js';
import { reduceStage } from './stageRules.js';
import { emptyStage, placeOf } from './stageState.js';

export interface RoomStageOptions {
  participants: Participants;
  /** Participants, and people in the audience. */
  everybody: { find(id: ParticipantId): RoomMember | undefined };
  seatLimit: number;
  settings: Partial<StageSettings>;
  /** A moderator may take the room over when its host has been away for so long, ms. */
  hostGraceMs: number;
  /** Someone went on stage, backstage or into the audience: here `place` is written. undefined: they have left the room. */
  onMoved(member: RoomMember | undefined, place: Place): void;
  /** After every change. */
  onVersion(): void;
  /** The microphone of their seat is locked. */
  onSilenced(participant: Participant): void;
  /** Seats were exchanged, or somebody became host or co-host, or is so no more. */
  onChanged(participants: readonly Participant[]): void;
}

/** Keeps one room's stage: runs commands through the reducer and announces the result. */
export class RoomStage {
  readonly #options: RoomStageOptions;
  #state: StageSnapshot;
  #expiry: NodeJS.Timeout | undefined;

  constructor(options: RoomStageOptions) {
    this.#options = options;
    this.#state = emptyStage(options.seatLimit, options.settings);
  }

  get snapshot(): StageSnapshot {
    return this.#state;
  }

  /** In order of their seats. */
  get seated(): Participant[] {
    return seatedIds(this.#state)
      .map((id) => this.#options.participants.find(id))
      .filter((participant) => participant !== undefined);
  }

  placeOf(who: ParticipantId): Place {
    return placeOf(this.#state, who);
  }

  seatNumberOf(who: ParticipantId): SeatNumber | undefined {
    return seatOf(this.#state, who)?.number;
  }

  /** Whether their seat keeps their microphone closed. */
  isMicrophoneLocked(who: ParticipantId): boolean {
    return seatOf(this.#state, who)?.isMicrophoneLocked === true;
  }

  /** Places a new or returning participant according to their token. `earlierSeat`: the one that they had before the server was started again. */
  arrive(participant: Participant, earlierSeat?: SeatNumber | null): void {
    const { id: who, name, grants, grantedRole } = participant;
    const wasOnAir = earlierSeat !== undefined;
    const mayPublish = grants.publish.length > 0;
    if (!mayPublish) this.run({ type: 'comeDown', who });
    const isAudience = !mayPublish || (grantedRole === 'viewer' && !wasOnAir);
    const isSeated = wasOnAir || grantedRole === 'host';
    const wants = isAudience ? 'none' : isSeated ? 'seat' : 'ask';
    this.run({ type: 'arrive', who, name, wants, isHost: grantedRole === 'host' && mayPublish, seat: earlierSeat ?? undefined });
  }

  /** Gives a stream a seat. */
  seatStream({ id: who, name }: Participant, seat?: SeatNumber | null): void {
    this.run({ type: 'arrive', who, name, wants: 'seat', isHost: false, seat: seat ?? undefined });
  }

  request({ id: who, name, grants, grantedRole }: RoomMember, wish: Partial<RequestData<'requestStage'>> = {}): void {
    const isWelcome = grantedRole === 'guest' && this.#state.settings.policy === 'open';
    const { message = '', seat = null, soundOnly = false } = wish;
    const atOnce = grants.moderate || isWelcome;
    this.run({ type: 'request', who, name, atOnce, isFollower: grants.follower, message, seat, soundOnly });
  }

  /** Throws NOT_FOUND for anyone who is not in the room, and FORBIDDEN if their token lets them publish nothing. */
  invite(who: ParticipantId, by: ParticipantId, seat: SeatNumber | null = null): void {
    const { grants } = this.#get(who);
    if (grants.publish.length === 0)
      throw new LianmaiError('FORBIDDEN', undefined, { message: 'This person may only watch. Give them a token that lets them publish.' });
    this.run({ type: 'invite', who, by, seat });
  }

  /** A person; streams run no room. Throws NOT_FOUND, or FORBIDDEN if they may not publish. */
  transferHost(by: Participant, who: ParticipantId): void {
    this.#assertPerson(who);
    this.run({ type: 'transferHost', who, by: by.id });
  }

  setCoHost(who: ParticipantId, isCoHost: boolean): void {
    this.#assertPerson(who);
    this.run({ type: 'setCoHost', who, isCoHost });
  }

  /** Runs the room from now on. Throws FORBIDDEN for those who may only watch. */
  takeOver({ id: who, grants }: Participant): void {
    if (grants.publish.length === 0)
      throw new LianmaiError('FORBIDDEN', undefined, { message: 'Your token lets you only watch, so you cannot be the host.' });
    this.run({ type: 'takeOver', who, graceMs: this.#options.hostGraceMs });
  }

  /** Runs a command about a participant. Throws NOT_FOUND if they are not in the room. */
  about(command: Of<'approve' | 'decline' | 'cancelInvitation' | 'bringOnAir' | 'move'>): void {
    this.#get(command.who);
    this.run(command);
  }

  /** Throws CONFLICT if somebody has changed the stage since the version that a command was meant for. */
  assertVersion(ifVersion: number | undefined): void {
    const { version } = this.#state;
    if (ifVersion !== undefined && ifVersion !== version) throw new LianmaiError('CONFLICT', { version });
  }

  run(command: StageCommand): void {
    const before = this.#state;
    const { state, effects } = reduceStage(before, command, Date.now());
    if (state === before) return;
    this.#state = state;
    this.#planExpiry();
    this.#assignRoles();
    this.#options.participants.broadcast('stageChanged', state);
    for (const effect of effects) this.#follow(effect);
    this.#tellChanges(before);
    this.#options.onVersion();
  }

  close(): void {
    clearTimeout(this.#expiry);
  }

  #follow(effect: StageEffect): void {
    const options = this.#options;
    const member = options.everybody.find(effect.who);
    switch (effect.type) {
      case 'refused':
        member?.send('stageRequestRefused', { outcome: effect.outcome, reason: effect.reason });
        break;
      case 'invitationExpired':
        member?.send('stageInvitationExpired', {});
        break;
      case 'silenced': {
        const participant = options.participants.find(effect.who);
        if (participant) options.onSilenced(participant);
        break;
      }
      case 'moved':
        options.onMoved(member, effect.to);
    }
  }

  /** Throws NOT_FOUND for anyone who is neither in the room nor in its audience. */
  #get(who: ParticipantId): RoomMember {
    return this.#options.everybody.find(who) ?? this.#options.participants.get(who);
  }

  #assignRoles(): void {
    const { host, coHosts } = this.#state;
    for (const one of this.#options.participants.all) {
      one.runsRoom = host === one.id;
      one.isCoHost = coHosts.includes(one.id);
    }
  }

  #tellChanges(before: StageSnapshot): void {
    const { participants } = this.#options;
    const differs = (who: ParticipantId) =>
      (before.host === who) !== (this.#state.host === who) ||
      before.coHosts.includes(who) !== this.#state.coHosts.includes(who) ||
      isMovedSeat(seatOf(before, who)?.number, seatOf(this.#state, who)?.number);
    const changed = participants.all.filter(({ id }) => differs(id));
    if (changed.length > 0) this.#options.onChanged(changed);
  }

  #planExpiry(): void {
    clearTimeout(this.#expiry);
    const atMs = nextExpiryMs(this.#state);
    if (atMs !== null) this.#expiry = setTimeout(() => this.run({ type: 'expire' }), Math.max(0, atMs - Date.now())).unref();
  }

  #assertPerson(who: ParticipantId): void {
    if (this.#options.participants.get(who).kind === 'stream')
      throw new LianmaiError('WRONG_STATE', undefined, { message: 'A stream cannot run a room.' });
  }
}

const isMovedSeat = (before: SeatNumber | undefined, after: SeatNumber | undefined) =>
  before !== undefined && after !== undefined && before !== after;
