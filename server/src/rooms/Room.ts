import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  LianmaiError,
  type ChatMessage,
  type EffectiveGrants,
  type EventData,
  type Identity,
  type ProgramInfo,
  type ProducerId,
  type RequestData,
  type RoomId,
  type RoomInfo,
  type RoomSnapshot,
} from '@lianmai/protocol';
import { canPublish } from '../authorisation/index.js';
import type { LiveControl, LiveFactory, LiveRoom, LiveSource } from '../program/index.js';
import type { RoomMedia } from '../sfu/index.js';
import { ChatLog } from './ChatLog.js';
import type { JoinRequest, Link, OpenFeed, RoomSettings } from './contract.js';
import { admit } from './admission.js';
import { liveSources } from './stageSources.js';
import { Moderation } from './Moderation.js';
import { Participant } from './Participant.js';
import { ParticipantMedia, type ProduceRequest } from './PageMedia.js';
import { People } from './Participants.js';
import { wireMedia, wirePeer } from './relayMediaEvents.js';
import { RoomStage } from './RoomStage.js';
import { StreamGuests } from './StreamGuests.js';
import { Vacancy } from './EmptyRoomTimer.js';

export interface RoomOptions {
  id: RoomId;
  media: RoomMedia;
  live: LiveFactory;
  openFeed: OpenFeed;
  settings: RoomSettings;
  log: Log;
  /** Called once, as soon as the closing starts: nobody can join any more. */
  onClosing(room: Room, done: Promise<void>): void;
}

type LeaveReason = EventData<'participantLeft'>['reason'];

/** What a join gives. `ready` resolves when media is: take the snapshot after it. */
export interface JoinResult {
  participant: Participant;
  mediaKept: boolean;
  ready: Promise<unknown>;
}

/** Where people meet: who is here, who is on stage, what was said, and at most one program. Every change is told to everybody at once. */
export class Room extends EventEmitter<{ liveSourcesChanged: [] }> implements LiveRoom {
  readonly id: RoomId;
  readonly createdAtMs = Date.now();
  readonly media: RoomMedia;
  readonly live: LiveControl;
  readonly people = new People();
  readonly stage: RoomStage;
  readonly moderation: Moderation;
  readonly streams: StreamGuests;
  readonly #options: RoomOptions;
  readonly #log: Log;
  readonly #chat: ChatLog;
  readonly #vacancy: Vacancy;
  readonly #graces = new Map<Participant, NodeJS.Timeout>();
  readonly #hosts = new Set<Identity>();
  #closing: Promise<void> | undefined;

  constructor(options: RoomOptions) {
    super();
    const { id, media, live, settings, log } = options;
    const { people } = this;
    this.#options = options;
    this.id = id;
    this.media = media;
    this.#log = log.child({ room: id });
    this.#chat = new ChatLog(settings.chatHistory);
    this.#vacancy = new Vacancy(
      settings,
      () => void this.close('empty').catch((error: unknown) => this.#log.error({ err: error }, 'closing failed')),
    );
    const { seatLimit, stagePolicy: policy } = settings;
    this.stage = new RoomStage({ people, seatLimit, policy, onSeatsChanged: (participant) => this.#followSeat(participant) });
    this.moderation = new Moderation({
      people,
      stage: this.stage,
      leave: (participant, reason) => this.leave(participant, reason),
      onLockChanged: () => people.broadcast('roomChanged', this.info),
    });
    this.streams = new StreamGuests({
      ...{ roomId: id, people, media, openFeed: options.openFeed, log: this.#log },
      stage: this.stage,
      onChanged: (participant) => this.#tellChanged(participant),
    });
    this.live = live.forRoom(this);
    wireMedia(this, this.#log);
    this.live.on('changed', (info) => this.#tellLive(info));
    this.live.on('levels', (levels) => people.broadcastVolatile('levelsMeasured', levels, (participant) => participant.grants.live));
    this.#checkVacancy();
  }

  get info(): RoomInfo {
    return { id: this.id, title: this.id, locked: this.moderation.isLocked, createdAtMs: this.createdAtMs };
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  get isLive(): boolean {
    const state = this.live.info?.state;
    return state === 'starting' || state === 'live' || state === 'stopping';
  }

  get hostName(): string | null {
    return this.people.all.find((participant) => participant.isHost)?.name ?? null;
  }

  /** Has this person been host of this room while it lives? */
  knowsHost(identity: Identity): boolean {
    return this.#hosts.has(identity);
  }

  liveSources(): LiveSource[] {
    return liveSources(this.stage.people);
  }

  /** Lets somebody in, back in, or into the place of their other page. */
  join(request: JoinRequest): JoinResult {
    if (this.isClosed) throw new LianmaiError('SHUTTING_DOWN', undefined, { message: 'The room is just being closed. Try again.' });
    const { removed, isLocked } = this.moderation;
    const { maxParticipants } = this.#options.settings;
    const hosts = this.#hosts;
    const admission = admit({ people: this.people, size: this.people.size, maxParticipants, isLocked, removed, hosts }, request);
    if (request.claims.grants.role === 'host') hosts.add(request.claims.sub);
    return admission.how === 'enter' ? this.#enter(request) : this.#return(request, admission.participant, admission.how === 'takeOver');
  }

  #enter({ claims, link }: JoinRequest): JoinResult {
    const participant = new Participant(claims, (self) => this.#mediaOf(self));
    participant.attach(link, claims);
    this.people.add(participant);
    this.people.broadcast('participantJoined', participant.info(), participant);
    this.#checkVacancy();
    this.stage.arrive(participant);
    this.#log.info({ participant: participant.id, role: participant.grantedRole, people: this.people.size }, 'joined');
    return { participant, mediaKept: false, ready: participant.page.peer() };
  }

  #return({ claims, link, resume }: JoinRequest, participant: Participant, isOtherPage: boolean): JoinResult {
    this.#stopGrace(participant);
    const before = participant.grants;
    participant.attach(link, claims);
    if (isOtherPage) participant.renewResumeSecret();
    // Tracks that the new token would not allow must not run on.
    const mediaKept = !isOtherPage && allowsAllOf(participant.grants, before) && resume?.media === 'keep' && participant.page.hasTransports;
    const ready = mediaKept ? participant.page.peer() : participant.page.reset('the page starts anew');
    this.#tellChanged(participant);
    this.stage.arrive(participant);
    return { participant, mediaKept, ready };
  }

  #mediaOf(self: Participant): ParticipantMedia {
    return new ParticipantMedia({
      addPeer: () => this.media.addPeer(self.id),
      onPeer: (peer) => wirePeer(this, self, peer),
      onChanged: () => this.#tellChanged(self),
    });
  }

  /** The connection is gone without a word: everything of theirs is kept for the grace. */
  lose(participant: Participant, link: Link): void {
    if (participant.link !== link || !this.people.has(participant)) return;
    participant.detach();
    this.#tellChanged(participant);
    const timer = setTimeout(() => this.leave(participant, 'lost'), this.#options.settings.reconnectGraceMs);
    this.#graces.set(participant, timer.unref());
  }

  leave(participant: Participant, reason: LeaveReason): void {
    if (!this.people.remove(participant)) return;
    this.#stopGrace(participant);
    participant.detach();
    participant.media.close(reason);
    this.stage.run({ type: 'depart', who: participant.id });
    this.people.broadcast('participantLeft', { participantId: participant.id, reason });
    this.#log.info({ participant: participant.id, reason, people: this.people.size }, 'left');
    this.#checkVacancy();
  }

  #stopGrace(participant: Participant): void {
    clearTimeout(this.#graces.get(participant));
    this.#graces.delete(participant);
  }

  snapshotFor(viewer: Participant): RoomSnapshot {
    return {
      room: this.info,
      participants: this.people.all.map((participant) => participant.info()),
      stage: this.stage.snapshot,
      chat: [...this.#chat.messages],
      program: programInfoFor(viewer, this.live.info),
    };
  }

  produce(participant: Participant, request: ProduceRequest): Promise<ProducerId> {
    const isAllowed = () => this.people.has(participant) && canPublish(participant, request.source);
    if (!isAllowed()) throw new LianmaiError('FORBIDDEN', { source: request.source });
    return participant.page.produce(request, isAllowed);
  }

  say(author: Participant, { text, nonce }: RequestData<'sendChat'>): ChatMessage {
    const { id: participantId, name, role } = author;
    const { message, isNew } = this.#chat.add({ participantId, name, role, text, atMs: Date.now() }, nonce);
    if (isNew) this.people.broadcast('chatReceived', message);
    return message;
  }

  #tellChanged(participant: Participant): void {
    if (!this.people.has(participant)) return;
    this.people.broadcast('participantChanged', participant.info());
    if (participant.onStage) this.emit('liveSourcesChanged');
  }

  #followSeat(participant: Participant | undefined): void {
    this.emit('liveSourcesChanged');
    if (!participant) return;
    this.#tellChanged(participant);
    if (participant.onStage) return;
    // A stream is here for its seat alone.
    if (participant.stream) return this.leave(participant, 'left');
    participant.page.unpublish().catch((error: unknown) => this.#log.warn({ err: error }, 'unpublish failed'));
  }

  #tellLive(info: ProgramInfo | null): void {
    for (const participant of this.people) participant.send('programChanged', programInfoFor(participant, info));
    this.#checkVacancy();
  }

  #checkVacancy(): void {
    if (!this.isClosed) this.#vacancy.update({ isEmpty: this.people.all.every(({ stream }) => stream !== null), isLive: this.isLive });
  }

  /** Everybody is told `why` and hung up, the program ends cleanly, then media goes. */
  close(reason: string, why: LianmaiError = new LianmaiError('REMOVED', undefined, { message: 'The room was closed.' })): Promise<void> {
    if (!this.#closing) {
      this.#closing = this.#closeAll(reason, why);
      this.#options.onClosing(this, this.#closing);
    }
    return this.#closing;
  }

  async #closeAll(reason: string, why: LianmaiError): Promise<void> {
    for (const participant of this.people.all) {
      const { link } = participant;
      this.leave(participant, 'left');
      link?.disconnect(why.toWire());
    }
    this.#vacancy.stop();
    try {
      await this.live.close(reason);
    } finally {
      await this.media.close(reason);
    }
    this.#log.info({ reason }, 'room closed');
  }
}

const allowsAllOf = (now: EffectiveGrants, before: EffectiveGrants): boolean =>
  (now.subscribe || !before.subscribe) && before.publish.every((source) => now.publish.includes(source));

/** Destinations are the business of those who control the program, and of nobody else. */
function programInfoFor(viewer: Participant, info: ProgramInfo | null): ProgramInfo | null {
  return info && !viewer.grants.live ? { ...info, outputs: [] } : info;
}
