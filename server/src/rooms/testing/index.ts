import { EventEmitter } from 'node:events';
import { createLog } from '@lianmai/kit';
import {
  defaultScene,
  idleOutput,
  JoinClaims,
  LianmaiError,
  patchScene,
  ProducerId,
  ProgramId,
  resolveProfile,
  TransportId,
  type EventData,
  type EventName,
  type Grants,
  type ProgramInfo,
  type OutputId,
  type OutputInfo,
  type ParticipantId,
  type RoomId,
} from '@lianmai/protocol';
import type { ProgramControl, ProgramControlEvents, ProgramFactory, ProgramRoom, RunningProgram } from '../../program/index.js';
import { BY_API } from '../../program/testing/index.js';
import type { MediaInput, MediaInputEvents, MediaPeer, MediaPeerEvents, RoomMedia, RoomMediaEvents } from '../../sfu/index.js';
import { ProgramNames } from '../../streams/index.js';
import type { ClientChannel, OpenStreamFeed, RoomSettings } from '../contract.js';
import { RoomDirectory } from '../RoomDirectory.js';

/** Fakes for tests of rooms, signalling and the API, without real media. */

let count = 0;
const nextId = () => `id-${++count}`;

export class FakePeer extends EventEmitter<MediaPeerEvents> {
  readonly participantId: ParticipantId;
  readonly producers = new Map<ProducerId, { paused: boolean }>();
  /** Whose tracks this peer was told not to get any more. */
  readonly closedConsumersOf: ParticipantId[] = [];
  resets = 0;
  isClosed = false;

  constructor(participantId: ParticipantId) {
    super();
    this.participantId = participantId;
  }

  createTransport() {
    const dtlsParameters = { fingerprints: [] };
    return Promise.resolve({
      id: TransportId.parse(nextId()),
      iceParameters: { usernameFragment: 'u', password: 'p' },
      iceCandidates: [],
      dtlsParameters,
    });
  }
  produce({ paused }: { paused: boolean }) {
    const id = ProducerId.parse(nextId());
    this.producers.set(id, { paused });
    return Promise.resolve(id);
  }
  setProducerPaused(id: ProducerId, paused: boolean) {
    const producer = this.producers.get(id);
    if (!producer) return Promise.reject(new LianmaiError('NOT_FOUND'));
    producer.paused = paused;
    return Promise.resolve();
  }
  closeProducer(id: ProducerId) {
    if (!this.producers.delete(id)) throw new LianmaiError('NOT_FOUND');
  }
  connectTransport = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  restartIce = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  consume = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  setConsumerPaused = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  setConsumerSize = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  bytesSent = () => Promise.resolve(0);
  closeConsumer = () => {
    throw new LianmaiError('NOT_FOUND');
  };
  closeConsumersOf(id: ParticipantId) {
    this.closedConsumersOf.push(id);
  }
  resetMedia() {
    this.resets += 1;
    this.producers.clear();
  }
  close(reason: string) {
    this.isClosed = true;
    this.emit('closed', reason);
  }
}

export class FakeInput extends EventEmitter<MediaInputEvents> {
  readonly rtp = { ip: '127.0.0.1', port: 20_000 };
  readonly paused = new Map<ProducerId, boolean>();
  isClosed = false;

  produce() {
    const id = ProducerId.parse(nextId());
    this.paused.set(id, false);
    return Promise.resolve(id);
  }
  setPaused(id: ProducerId, paused: boolean) {
    this.paused.set(id, paused);
    return Promise.resolve();
  }
  close(reason: string) {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit('closed', reason);
  }
}

/** A stream that stays live until `emit('ended')`. */
export class FakeFeed extends EventEmitter<{ ended: [reason: string] }> {
  readonly rtp = { ip: '127.0.0.1', port: 30_000 };
  readonly tracks = [
    { kind: 'video', codec: 'H264', ssrc: 1, payloadType: 96 },
    { kind: 'audio', codec: 'opus', ssrc: 2, payloadType: 97 },
  ] as const;
  sentTo: unknown = null;
  isClosed = false;

  send(to: unknown) {
    this.sentTo = to;
    return Promise.resolve();
  }
  close() {
    this.isClosed = true;
  }
}

/** For services whose tests use no streams. */
export const noStreams = {
  list: () => Promise.resolve([]),
  get: () => Promise.reject(new LianmaiError('NOT_FOUND')),
};

export class FakeMedia extends EventEmitter<RoomMediaEvents> {
  readonly rtpCapabilities = {};
  readonly peers = new Map<ParticipantId, FakePeer>();
  /** Number of times to reject first. */
  failures = 0;
  isClosed = false;

  readonly inputs: FakeInput[] = [];

  addInput() {
    const input = new FakeInput();
    this.inputs.push(input);
    return Promise.resolve(input satisfies MediaInput);
  }

  addPeer(id: ParticipantId): Promise<MediaPeer> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('no worker'));
    }
    const peer = new FakePeer(id);
    this.peers.set(id, peer);
    return Promise.resolve(peer satisfies MediaPeer);
  }
  tap = () => Promise.reject(new Error('not in these tests'));
  close() {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export class FakeProgram extends EventEmitter<ProgramControlEvents> implements RunningProgram {
  info: ProgramInfo | null = null;
  readonly origin = { url: null, port: 8080 };
  readonly room: ProgramRoom;

  constructor(room: ProgramRoom) {
    super();
    this.room = room;
  }

  start: ProgramControl['start'] = (request) => {
    if (this.#isLive()) return Promise.reject(new LianmaiError('WRONG_STATE'));
    return Promise.resolve(
      this.#set({
        programId: ProgramId.parse(nextId()),
        room: this.room.id,
        state: 'live',
        reason: null,
        startedAtMs: 1,
        liveSinceMs: 2,
        profile: resolveProfile(request.profile),
        scene: patchScene(defaultScene(), request.scene ?? {}),
        sceneVersion: 1,
        mix: {},
        outputs: (request.outputs ?? []).map(() => output()),
        hlsPath: `/live/${this.room.id}.m3u8`,
        viewers: { total: 3, peak: 5, byProtocol: { hls: 3 } },
        degraded: null,
        stats: null,
      }),
    );
  };
  resume: ProgramControl['resume'] = ({ profile, scene }) =>
    this.start({ profile: { name: profile.name }, scene }, BY_API).then(() => undefined);
  update: ProgramControl['update'] = ({ scene }) => {
    if (!this.info || !this.#isLive()) return Promise.reject(new LianmaiError('WRONG_STATE'));
    const info = this.#set({ ...this.info, scene: patchScene(this.info.scene, scene ?? {}), sceneVersion: this.info.sceneVersion + 1 });
    return Promise.resolve({ sceneVersion: info.sceneVersion, scene: info.scene, appliedAtPtsMs: 40 });
  };
  running = (): RunningProgram => {
    if (!this.#isLive()) throw new LianmaiError('WRONG_STATE');
    return this;
  };
  stop = () => {
    if (this.info) this.#set({ ...this.info, state: 'ended' });
    return Promise.resolve();
  };
  addOutput: RunningProgram['addOutput'] = () => Promise.resolve(output());
  removeOutput: RunningProgram['removeOutput'] = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  retryOutput: RunningProgram['retryOutput'] = () => Promise.reject(new LianmaiError('NOT_FOUND'));
  close = () => {
    if (this.info && this.#isLive()) this.#set({ ...this.info, state: 'ended' });
    return Promise.resolve();
  };

  #isLive(): boolean {
    return this.info?.state === 'live';
  }

  #set(info: ProgramInfo): ProgramInfo {
    this.info = info;
    this.emit('changed', info);
    return info;
  }
}

const output = (): OutputInfo =>
  idleOutput({ id: nextId() as OutputId, kind: 'rtmp', url: 'rtmp://example.com/app/***', state: 'live', liveSinceMs: 1 });

export const fakePrograms: ProgramFactory = { forRoom: (room) => new FakeProgram(room) satisfies ProgramControl };

export class FakeChannel implements ClientChannel {
  readonly events: { name: EventName; data: unknown }[] = [];
  disconnected: { code: string; message: string } | null = null;

  send<N extends EventName>(name: N, data: EventData<N>) {
    this.events.push({ name, data });
  }
  sendVolatile<N extends EventName>(name: N, data: EventData<N>) {
    this.send(name, data);
  }
  readonly groups = new Set<string>();
  enter(group: string) {
    this.groups.add(group);
  }
  exit(group: string) {
    this.groups.delete(group);
  }
  disconnect(reason: { code: string; message: string }) {
    this.disconnected = reason;
  }
  /** Returns the data of every event of this name, oldest first. */
  all<N extends EventName>(name: N): EventData<N>[] {
    return this.events.filter((event) => event.name === name).map((event) => event.data as EventData<N>);
  }
  last<N extends EventName>(name: N): EventData<N> | undefined {
    return this.all(name).at(-1);
  }
}

export const SETTINGS: RoomSettings = {
  seatLimit: 9,
  stagePolicy: 'open',
  requestExpiryMs: 60_000,
  maxRequests: 50,
  hostGraceMs: 60_000,
  maxParticipants: 500,
  maxAudience: 100,
  reconnectGraceMs: 30_000,
  emptyRoomTtlMs: 60_000,
  emptyLiveTtlMs: 300_000,
  chatHistory: 5,
  blockWords: ['casino'],
};

/** Makes a directory that uses fakes; `media` holds each room's. */
export function testDirectory(settings: Partial<RoomSettings> = {}, openStreamFeed: OpenStreamFeed = noStreams.get) {
  const media = new Map<RoomId, FakeMedia>();
  const programNames = new ProgramNames();
  const groups: { name: string; data: unknown }[] = [];
  const rooms = new RoomDirectory({
    sendToGroup: (_group, name, data) => void groups.push({ name, data }),
    openStreamFeed,
    createMedia: (id) => {
      const made = new FakeMedia();
      media.set(id, made);
      return Promise.resolve(made satisfies RoomMedia);
    },
    programs: fakePrograms,
    programNames,
    settings: { ...SETTINGS, ...settings },
    log: createLog('test', 'silent'),
  });
  return { rooms, media, programNames, groups };
}

export const claims = (identity: string, role: Grants['role'], more: Partial<Grants> = {}, name = identity): JoinClaims =>
  JoinClaims.parse({ sub: identity, name, grants: { room: 'r1', role, ...more }, exp: 9_999_999_999, aud: 'lianmai:join' });
