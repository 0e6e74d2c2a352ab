import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  LianmaiError,
  type Identity,
  type ParticipantId,
  type ProgramInfo,
  type RoomId,
  type RoomInfo,
  type RoomSnapshot,
} from '@lianmai/protocol';
import type { Place } from '../authorisation/index.js';
import type {
  KeptChatRules,
  KeptMessage,
  PersonOnAir,
  ProgramControl,
  ProgramFactory,
  ProgramIntent,
  ProgramRoom,
  StageSource,
  StreamOnAir,
} from '../program/index.js';
import type { MediaPeer, RoomMedia } from '../sfu/index.js';
import { consumeVisible, hideFromAudience, type ConsumeRequest } from './backstage.js';
import { Attendee, Audience, type GroupSend } from './audience/index.js';
import { RoomChat } from './chat/index.js';
import type { JoinRequest, ClientChannel, OpenStreamFeed, RoomSettings } from './contract.js';
import { Moderation } from './Moderation.js';
import type { Participant } from './Participant.js';
import { PageMedia } from './PageMedia.js';
import { Participants } from './Participants.js';
import type { Person } from './Person.js';
import { Publishing } from './Publishing.js';
import { wireMedia, wirePeer } from './relayMediaEvents.js';
import { RoomEntry, type JoinResult, type LeaveReason } from './RoomEntry.js';
import type { RoomMember } from './RoomMember.js';
import { RoomStage, stageSources } from './stage/index.js';
import { StreamGuests } from './StreamGuests.js';
import { EmptyRoomTimer } from './EmptyRoomTimer.js';

export interface RoomOptions {
  id: RoomId;
  media: RoomMedia;
  programs: ProgramFactory;
  openStreamFeed: OpenStreamFeed;
  sendToGroup: GroupSend;
  settings: RoomSettings;
  log: Log;
  /** Called once, as soon as closing starts and the room takes no more joins. */
  onClosing(room: Room, done: Promise<void>): void;
}

/** A room: its people, its stage, its chat, and at most one program. Every change is announced to everybody at once. */
export class Room extends EventEmitter<{ stageSourcesChanged: [] }> implements ProgramRoom {
  readonly id: RoomId;
  readonly createdAtMs = Date.now();
  readonly media: RoomMedia;
  readonly program: ProgramControl;
  readonly participants = new Participants();
  readonly stage: RoomStage;
  readonly moderation: Moderation;
  readonly publishing: Publishing;
  readonly streams: StreamGuests;
  readonly chat: RoomChat;
  readonly audience: Audience;
  readonly #options: RoomOptions;
  readonly #log: Log;
  readonly #emptyTimer: EmptyRoomTimer;
  readonly #entry: RoomEntry;
  readonly #everybody = { find: (id: ParticipantId): RoomMember | undefined => this.participants.find(id) ?? this.audience.find(id) };
  #closing: Promise<void> | undefined;

  constructor(options: RoomOptions) {
    super();
    const { id, media, programs, settings, log } = options;
    const { participants } = this;
    this.#options = options;
    this.id = id;
    this.media = media;
    this.#log = log.child({ room: id });
    this.chat = new RoomChat({
      participants,
      historyLimit: settings.chatHistory,
      blockWords: settings.blockWords,
      everybody: this.#everybody,
      onChange: (change) => this.audience.chatChanged(change),
    });
    this.#emptyTimer = new EmptyRoomTimer(
      settings,
      () => void this.close('empty').catch((error: unknown) => this.#log.error({ err: error }, 'closing failed')),
    );
    this.stage = new RoomStage({
      participants,
      seatLimit: settings.seatLimit,
      settings: stageSettings(settings),
      hostGraceMs: settings.hostGraceMs,
      everybody: this.#everybody,
      onMoved: (member, place) => this.#followMove(member, place),
      onVersion: () => this.audience.changed(),
      onSilenced: (participant) => this.publishing.silence(participant),
      onChanged: (changed) => this.#tellRoles(changed),
    });
    this.audience = new Audience({
      group: `audience ${id}`,
      send: options.sendToGroup,
      maxAttendees: settings.maxAudience,
      graceMs: settings.reconnectGraceMs,
      stage: () => this.stage.snapshot,
      placeOf: (who) => this.stage.placeOf(who),
      nameOf: (who) => participants.find(who)?.name ?? null,
      room: () => this.info,
      program: () => this.program.info,
      chatFor: (attendee) => this.chat.snapshotFor(attendee),
      onGone: (who) => this.stage.run({ type: 'depart', who }),
    });
    this.publishing = new Publishing(participants, this.stage, this.#log);
    this.moderation = new Moderation({
      participants,
      stage: this.stage,
      leave: (participant, reason) => this.leave(participant, reason),
      onLockChanged: () => {
        participants.broadcast('roomChanged', this.info);
        this.audience.changed();
      },
    });
    this.streams = new StreamGuests({
      roomId: id,
      participants,
      media,
      openStreamFeed: options.openStreamFeed,
      log: this.#log,
      stage: this.stage,
      onChanged: (participant) => this.#tellChanged(participant),
    });
    this.#entry = new RoomEntry({
      participants,
      stage: this.stage,
      audience: this.audience,
      moderation: this.moderation,
      settings,
      makeMedia: (person) => this.#mediaOf(person),
      onChanged: (participant) => this.#tellChanged(participant),
      onSizeChanged: () => this.#updateEmptyTimer(),
      log: this.#log,
    });
    this.program = programs.forRoom(this);
    wireMedia(this, this.#log);
    this.program.on('changed', (info) => this.#tellProgram(info));
    this.program.on('levels', (levels) =>
      participants.broadcastVolatile('levelsMeasured', levels, (participant) => participant.grants.live),
    );
    this.#updateEmptyTimer();
  }

  get info(): RoomInfo {
    return { id: this.id, title: this.id, locked: this.moderation.isLocked, createdAtMs: this.createdAtMs };
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  get isLive(): boolean {
    const state = this.program.info?.state;
    return state === 'starting' || state === 'live' || state === 'stopping';
  }

  get hostName(): string | null {
    return this.participants.all.find((participant) => participant.runsRoom)?.name ?? null;
  }

  /** Whether this person has been a host since the room opened. */
  knowsHost(identity: Identity): boolean {
    return this.#entry.knowsHost(identity);
  }

  stageSources(): StageSource[] {
    return stageSources(this.stage.seated);
  }

  peopleOnAir(): PersonOnAir[] {
    return this.stage.seated.flatMap(({ kind, identity, id }) =>
      kind === 'person' ? [{ identity, participantId: id, seat: this.stage.seatNumberOf(id) ?? null }] : [],
    );
  }

  viewers(): number {
    return this.participants.all.filter(({ kind, place, channel }) => kind === 'person' && place === 'audience' && channel !== null).length;
  }

  streamsOnAir(): StreamOnAir[] {
    return this.streams.onAir();
  }

  latestChat(count: number): KeptMessage[] {
    return this.chat.latest(count);
  }

  get chatRules(): KeptChatRules {
    return this.chat.keptRules;
  }

  /**
   * Goes on with the program of an earlier server process, and with what was around it: the chat, the streams on stage, and the people, who get their ids
   * and seats back if they return within the grace.
   */
  async resumeProgram(intent: ProgramIntent): Promise<void> {
    const { reconnectGraceMs } = this.#options.settings;
    this.#entry.expect(intent.people);
    this.chat.restore(intent.chat, intent.chatRules);
    this.streams.seatAgain(intent.streams);
    await this.program.resume(intent, reconnectGraceMs);
  }

  /** See RoomEntry. */
  join(request: JoinRequest): JoinResult {
    return this.#entry.join(request);
  }

  attend(request: Pick<JoinRequest, 'claims' | 'channel'>): Attendee {
    return this.#entry.attend(request);
  }

  lose(participant: Person, channel: ClientChannel): void {
    this.#entry.lose(participant, channel);
  }

  leave(participant: Participant, reason: LeaveReason): void {
    this.#entry.leave(participant, reason);
  }

  #mediaOf(self: Person): PageMedia {
    return new PageMedia({
      addPeer: () => this.media.addPeer(self.id),
      onPeer: (peer) => wirePeer(this, self, peer),
      onChanged: () => this.#tellChanged(self),
    });
  }

  snapshotFor(viewer: Person): RoomSnapshot {
    return {
      room: this.info,
      participants: this.participants.all.map((participant) => participant.infoFor(viewer)),
      stage: this.stage.snapshot,
      chat: this.chat.snapshotFor(viewer),
      program: programInfoFor(viewer, this.program.info),
    };
  }

  /** Tells everybody about new hosts and co-hosts, and the program about the order of the seats. */
  #tellRoles(changed: readonly Participant[]): void {
    for (const participant of changed) {
      this.#tellChanged(participant);
      if (participant.runsRoom && !participant.tokenGrants.moderate) this.chat.tellModerator(participant);
    }
    this.emit('stageSourcesChanged');
  }

  consume(viewer: Person, request: ConsumeRequest): ReturnType<MediaPeer['consume']> {
    return consumeVisible(viewer, request, this.participants);
  }

  #tellChanged(participant: Participant): void {
    if (!this.participants.has(participant)) return;
    this.participants.announce('participantChanged', participant);
    if (participant.onStage) this.emit('stageSourcesChanged');
  }

  #followMove(member: RoomMember | undefined, place: Place): void {
    this.emit('stageSourcesChanged');
    if (!member) return;
    if (member instanceof Attendee) return this.audience.moved(member, place);
    member.place = place;
    const participant = this.participants.find(member.id);
    if (!participant) return;
    this.#tellChanged(participant);
    if (participant.place === 'backstage') hideFromAudience(participant, this.participants);
    if (participant.place !== 'audience') return;
    // A stream is in the room only to be on stage.
    if (participant.kind === 'stream') return this.leave(participant, 'left');
    participant.media.unpublish().catch((error: unknown) => this.#log.warn({ err: error }, 'unpublish failed'));
  }

  #tellProgram(info: ProgramInfo | null): void {
    this.audience.changed();
    for (const participant of this.participants) participant.send('programChanged', programInfoFor(participant, info));
    this.#updateEmptyTimer();
  }

  #updateEmptyTimer(): void {
    if (!this.isClosed)
      this.#emptyTimer.update({ isEmpty: this.participants.all.every(({ kind }) => kind === 'stream'), isLive: this.isLive });
  }

  /** Tells everybody `why`, disconnects them, ends the program cleanly, then closes media. */
  close(reason: string, why: LianmaiError = new LianmaiError('REMOVED', undefined, { message: 'The room was closed.' })): Promise<void> {
    if (!this.#closing) {
      this.#entry.close();
      this.#closing = this.#closeAll(reason, why);
      this.#options.onClosing(this, this.#closing);
    }
    return this.#closing;
  }

  async #closeAll(reason: string, why: LianmaiError): Promise<void> {
    for (const participant of this.participants.all) {
      const { channel } = participant;
      this.leave(participant, 'left');
      channel?.disconnect(why.toWire());
    }
    this.audience.close(why);
    this.#emptyTimer.stop();
    this.stage.close();
    try {
      await this.program.close(reason, { isHandedOver: why.code === 'SHUTTING_DOWN' });
    } finally {
      await this.media.close(reason);
    }
    this.#log.info({ reason }, 'room closed');
  }
}

const stageSettings = (settings: RoomSettings) => ({
  policy: settings.stagePolicy,
  expiryMs: settings.requestExpiryMs,
  maxRequests: settings.maxRequests,
});

/** Only people who control the program may see its destinations. */
function programInfoFor(viewer: Participant, info: ProgramInfo | null): ProgramInfo | null {
  return info && !viewer.grants.live ? { ...info, outputs: [] } : info;
}
