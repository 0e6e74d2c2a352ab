import {
  AUDIENCE_INTERVAL_MS,
  CHAT_BATCH_MS,
  LianmaiError,
  type AudienceEntry,
  type AudiencePage,
  type AudienceQuery,
  type AudienceSnapshot,
  type AudienceState,
  type ChatChange,
  type ChatSnapshot,
  type EventData,
  type Identity,
  type JoinClaims,
  type OwnStage,
  type ParticipantId,
  type ProgramInfo,
  type RoomInfo,
  type StageSnapshot,
  type Viewers,
} from '@lianmai/protocol';
import type { Place } from '../../authorisation/index.js';
import type { ClientChannel } from '../contract.js';
import { Attendee } from './Attendee.js';
import { audienceProgram, audienceStage, ownStage } from './audienceView.js';

/** Sends an event to every connection of a group at once. */
export type GroupSend = <N extends 'audienceChanged' | 'chatBatch'>(group: string, name: N, data: EventData<N>) => void;

export interface AudienceOptions {
  /** Name of the group of its connections. */
  group: string;
  send: GroupSend;
  maxAttendees: number;
  /** A request is kept for so long after its sender's connection was lost, ms. */
  graceMs: number;
  stage(): StageSnapshot;
  placeOf(id: ParticipantId): Place;
  /** The name of a participant. */
  nameOf(id: ParticipantId): string | null;
  room(): RoomInfo;
  program(): ProgramInfo | null;
  chatFor(attendee: Attendee): ChatSnapshot;
  /** Somebody has left for good. */
  onGone(id: ParticipantId): void;
}

/**
 * The people who watch a room by other means than its SFU. They cost one connection each: they are told of the stage and the program once a
 * second at most, of the chat in batches, and of single people never. They are no participants.
 */
export class Audience {
  readonly #options: AudienceOptions;
  readonly #byId = new Map<ParticipantId, Attendee>();
  readonly #byIdentity = new Map<Identity, Attendee>();
  readonly #graces = new Map<Attendee, NodeJS.Timeout>();
  /** The people who were told last that they are waiting. */
  #waiting = new Set<ParticipantId>();
  #chat: ChatChange[] = [];
  #chatTimer: NodeJS.Timeout | undefined;
  #stateTimer: NodeJS.Timeout | undefined;
  #toldAtMs = -Infinity;
  #told = '';

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Connections, without people whose connection was lost just now. */
  get attending(): number {
    return [...this.#byId.values()].filter(({ channel }) => channel !== null).length;
  }

  find(id: ParticipantId): Attendee | undefined {
    return this.#byId.get(id);
  }

  /** Returns the person of this identity, who may come back or come from the stage (`id`). Throws ROOM_FULL. */
  attend(claims: JoinClaims, channel: ClientChannel, id?: ParticipantId): Attendee {
    const known = this.#byIdentity.get(claims.sub);
    if (!known && this.size >= this.#options.maxAttendees) throw new LianmaiError('ROOM_FULL');
    const attendee = known ?? new Attendee(claims, id);
    this.#byId.set(attendee.id, attendee);
    this.#byIdentity.set(attendee.identity, attendee);
    attendee.place = this.#options.placeOf(attendee.id);
    attendee.attach(channel, claims);
    this.#limitWait(attendee);
    channel.enter(this.#options.group);
    this.changed();
    return attendee;
  }

  /** They know their way to the stage from now on. */
  snapshotFor(attendee: Attendee): AudienceSnapshot {
    const own = this.#ownStage(attendee);
    attendee.knows(own);
    return { ...this.#state(), own, chat: this.#options.chatFor(attendee) };
  }

  /** The connection was lost. Requests and invitations are kept for the grace; without any, they are gone at once. */
  lose(attendee: Attendee, channel: ClientChannel): void {
    if (attendee.channel !== channel || this.find(attendee.id) !== attendee) return;
    attendee.detach();
    this.#limitWait(attendee);
    this.changed();
  }

  leave(id: ParticipantId): void {
    const attendee = this.#byId.get(id);
    if (attendee && this.#remove(attendee)) this.#options.onGone(id);
  }

  /** They join as a participant: returns their id, and forgets them without ending what they have asked for. */
  promote(identity: Identity): ParticipantId | undefined {
    const attendee = this.#byIdentity.get(identity);
    if (attendee) this.#remove(attendee);
    return attendee?.id;
  }

  /** Somebody was let in, or is so no more. */
  moved(attendee: Attendee, place: Place): void {
    attendee.place = place;
    attendee.tell(this.#ownStage(attendee));
    this.#limitWait(attendee);
  }

  /** Anything that everybody sees has changed. */
  changed(): void {
    if (this.#stateTimer || this.#byId.size === 0) return;
    const waitMs = Math.max(0, this.#toldAtMs + AUDIENCE_INTERVAL_MS - performance.now());
    this.#stateTimer = setTimeout(() => this.#tellState(), waitMs).unref();
  }

  chatChanged(change: ChatChange): void {
    if (change.type === 'moderated' || this.#byId.size === 0) return;
    this.#chat.push(change);
    this.#chatTimer ??= setTimeout(() => this.#sendChat(), CHAT_BATCH_MS).unref();
  }

  /** By name, then id. */
  list({ search, after, limit }: AudienceQuery): AudiencePage {
    const { requests, invitations } = this.#options.stage();
    const has = (list: readonly { participantId: ParticipantId }[], id: ParticipantId) => list.some((one) => one.participantId === id);
    const wanted = search.normalize('NFKC').toLowerCase();
    const found = [...this.#byId.values()].filter(({ name }) => name.normalize('NFKC').toLowerCase().includes(wanted)).sort(byName);
    const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
    const page = found.slice(from, from + limit);
    const entry = ({ id, name, joinedAtMs }: Attendee): AudienceEntry => ({
      ...{ participantId: id, name, sinceMs: joinedAtMs, isAsking: has(requests, id), isInvited: has(invitations, id) },
    });
    return { people: page.map(entry), total: found.length, next: from + limit < found.length ? (page.at(-1)?.id ?? null) : null };
  }

  /** Tells everybody why, and disconnects them. */
  close(why: LianmaiError): void {
    clearTimeout(this.#stateTimer);
    clearTimeout(this.#chatTimer);
    for (const attendee of [...this.#byId.values()]) {
      const { channel } = attendee;
      this.#remove(attendee);
      channel?.disconnect(why.toWire());
    }
  }

  #remove(attendee: Attendee): boolean {
    if (this.#byId.get(attendee.id) !== attendee) return false;
    this.#stopGrace(attendee);
    this.#byId.delete(attendee.id);
    this.#byIdentity.delete(attendee.identity);
    attendee.channel?.exit(this.#options.group);
    attendee.detach();
    this.changed();
    return true;
  }

  #tellState(): void {
    this.#stateTimer = undefined;
    this.#toldAtMs = performance.now();
    this.#tellWaiting();
    const state = this.#state();
    const told = JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    this.#options.send(this.#options.group, 'audienceChanged', state);
  }

  /** Those who wait learn of their place in the queue, and those who waited that they do so no more. */
  #tellWaiting(): void {
    const { requests, invitations } = this.#options.stage();
    const waiting = new Set([...requests, ...invitations].map(({ participantId }) => participantId));
    for (const id of new Set([...this.#waiting, ...waiting])) {
      const attendee = this.#byId.get(id);
      attendee?.tell(this.#ownStage(attendee));
    }
    this.#waiting = waiting;
  }

  #sendChat(): void {
    this.#chatTimer = undefined;
    this.#options.send(this.#options.group, 'chatBatch', { changes: this.#chat.splice(0) });
  }

  /** Whoever has no connection, or has been let in and has yet to join, keeps what they have for the grace. */
  #limitWait(attendee: Attendee): void {
    this.#stopGrace(attendee);
    const { request, invitation, place } = this.#ownStage(attendee);
    const isConnected = attendee.channel !== null;
    if (!isConnected && !request && !invitation && place === 'audience') return this.leave(attendee.id);
    if (isConnected && place === 'audience') return;
    const giveUp = () => (attendee.channel ? this.#options.onGone(attendee.id) : this.leave(attendee.id));
    this.#graces.set(attendee, setTimeout(giveUp, this.#options.graceMs).unref());
  }

  #stopGrace(attendee: Attendee): void {
    clearTimeout(this.#graces.get(attendee));
    this.#graces.delete(attendee);
  }

  #state(): AudienceState {
    const info = this.#options.program();
    return {
      room: this.#options.room(),
      stage: audienceStage(this.#options.stage(), this.#nameOf),
      program: audienceProgram(info),
      viewers: info?.viewers ?? NO_VIEWERS,
      attending: this.attending,
    };
  }

  readonly #nameOf = (id: ParticipantId): string | null => this.find(id)?.name ?? this.#options.nameOf(id);

  #ownStage(attendee: Attendee): OwnStage {
    return ownStage(this.#options.stage(), attendee, this.#nameOf);
  }
}

const NO_VIEWERS: Viewers = { total: 0, peak: 0, byProtocol: {} };

const byName = (a: Attendee, b: Attendee) => (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1);
