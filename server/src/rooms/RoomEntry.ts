import type { Log } from '@lianmai/kit';
import { LianmaiError, type EffectiveGrants, type EventData, type Identity } from '@lianmai/protocol';
import type { PersonOnAir } from '../program/index.js';
import { admit } from './admission.js';
import type { Attendee, Audience } from './audience/index.js';
import type { ClientChannel, JoinRequest, RoomSettings } from './contract.js';
import type { Moderation } from './Moderation.js';
import type { PageMedia } from './PageMedia.js';
import type { Participant } from './Participant.js';
import type { Participants } from './Participants.js';
import { Person } from './Person.js';
import { ReturningPeople } from './ReturningPeople.js';
import type { RoomStage } from './stage/index.js';

export type LeaveReason = EventData<'participantLeft'>['reason'];

/** Result of a join. Take the snapshot once `ready` has resolved and media is set up. */
export interface JoinResult {
  participant: Person;
  mediaKept: boolean;
  ready: Promise<unknown>;
}

export interface RoomEntryOptions {
  participants: Participants;
  stage: RoomStage;
  audience: Audience;
  moderation: Moderation;
  settings: Pick<RoomSettings, 'maxParticipants' | 'reconnectGraceMs'>;
  makeMedia: (person: Person) => PageMedia;
  /** The participant's name, role, presence or tracks have changed. */
  onChanged: (participant: Participant) => void;
  /** Somebody has come or gone. */
  onSizeChanged: () => void;
  log: Log;
}

/** The door of a room: people come in, come back, lose their connection and leave, on stage and in the audience. */
export class RoomEntry {
  readonly #options: RoomEntryOptions;
  readonly #graces = new Map<Participant, NodeJS.Timeout>();
  readonly #hosts = new Set<Identity>();
  readonly #returning = new ReturningPeople();
  #isClosed = false;

  constructor(options: RoomEntryOptions) {
    this.#options = options;
  }

  /** Whether this person has been a host since the room opened. */
  knowsHost(identity: Identity): boolean {
    return this.#hosts.has(identity);
  }

  /** People of an earlier server process, who get their ids and seats back if they return within the grace. */
  expect(people: readonly PersonOnAir[]): void {
    this.#returning.expect(people, this.#options.settings.reconnectGraceMs);
  }

  /** From now on, nobody comes in. */
  close(): void {
    this.#isClosed = true;
  }

  /** Admits a newcomer, a returning participant, or the same person's newer page. */
  join(request: JoinRequest): JoinResult {
    this.#assertOpen();
    const { participants, moderation, settings } = this.#options;
    const { removed, isLocked } = moderation;
    const { maxParticipants } = settings;
    const admission = admit({ participants, size: participants.size, maxParticipants, isLocked, removed, hosts: this.#hosts }, request);
    if (request.claims.grants.role === 'host') this.#hosts.add(request.claims.sub);
    return admission.how === 'enter' ? this.#enter(request) : this.#return(request, admission.person, admission.how === 'takeOver');
  }

  /** Admits somebody to the audience; a participant of this identity leaves the stage for it, and keeps their id. */
  attend({ claims, channel }: Pick<JoinRequest, 'claims' | 'channel'>): Attendee {
    this.#assertOpen();
    const { participants, audience, moderation } = this.#options;
    if (moderation.removed.has(claims.sub)) throw new LianmaiError('REMOVED');
    const participant = participants.all.find((one): one is Person => one.kind === 'person' && one.identity === claims.sub);
    if (!participant) return audience.attend(claims, channel);
    const { id, channel: earlier } = participant;
    this.leave(participant, 'left');
    if (earlier !== channel) earlier?.disconnect(new LianmaiError('REPLACED').toWire());
    return audience.attend(claims, channel, id);
  }

  /** The connection was lost. The participant keeps everything for the grace period. */
  lose(participant: Person, channel: ClientChannel): void {
    const { participants, stage, settings, onChanged } = this.#options;
    if (participant.channel !== channel || !participants.has(participant)) return;
    participant.detach();
    onChanged(participant);
    stage.run({ type: 'away', who: participant.id });
    const timer = setTimeout(() => this.leave(participant, 'lost'), settings.reconnectGraceMs);
    this.#graces.set(participant, timer.unref());
  }

  leave(participant: Participant, reason: LeaveReason): void {
    const { participants, stage, log, onSizeChanged } = this.#options;
    if (!participants.remove(participant)) return;
    this.#stopGrace(participant);
    if (participant.kind === 'person') participant.detach();
    participant.media.close(reason);
    stage.run({ type: 'depart', who: participant.id });
    participants.broadcast('participantLeft', { participantId: participant.id, reason });
    log.info({ participant: participant.id, reason, participants: participants.size }, 'left');
    onSizeChanged();
  }

  #enter({ claims, channel }: JoinRequest): JoinResult {
    const { participants, stage, audience, makeMedia, onSizeChanged, log } = this.#options;
    const earlier = this.#returning.take(claims.sub);
    const id = audience.promote(claims.sub) ?? earlier?.participantId;
    const participant = new Person(claims, makeMedia, id);
    participant.place = stage.placeOf(participant.id);
    participant.attach(channel, claims);
    participants.add(participant);
    participants.announce('participantJoined', participant, participant);
    onSizeChanged();
    stage.arrive(participant, earlier?.seat);
    log.info({ participant: participant.id, role: participant.grantedRole, participants: participants.size }, 'joined');
    return { participant, mediaKept: false, ready: participant.media.peer() };
  }

  #return({ claims, channel, resume }: JoinRequest, participant: Person, isOtherPage: boolean): JoinResult {
    this.#stopGrace(participant);
    const before = participant.grants;
    participant.attach(channel, claims);
    if (isOtherPage) participant.renewResumeSecret();
    // Tracks that the new token does not allow must stop.
    const mediaKept =
      !isOtherPage && allowsAllOf(participant.grants, before) && resume?.media === 'keep' && participant.media.hasTransports;
    const ready = mediaKept ? participant.media.peer() : participant.media.reset('the page starts anew');
    this.#options.onChanged(participant);
    this.#options.stage.arrive(participant);
    return { participant, mediaKept, ready };
  }

  #stopGrace(participant: Participant): void {
    clearTimeout(this.#graces.get(participant));
    this.#graces.delete(participant);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN', undefined, { message: 'The room is closing. Try again.' });
  }
}

const allowsAllOf = (now: EffectiveGrants, before: EffectiveGrants): boolean =>
  (now.subscribe || !before.subscribe) &&
  (now.moderate || !before.moderate) &&
  before.publish.every((source) => now.publish.includes(source));
