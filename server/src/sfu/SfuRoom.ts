import { EventEmitter } from 'node:events';
import { Scope, SerialQueue, type Log } from '@lianmai/kit';
import { LianmaiError, type ParticipantId, type ProducerId } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { clientCapabilities } from './codecs.js';
import type { PayloadTypes, RoomMedia, RoomMediaEvents } from './contract.js';
import { PlainInput } from './PlainInput.js';
import { SfuPeer } from './SfuPeer.js';
import type { TransportSettings } from './PeerTransports.js';
import { ProducerTap, type TapTarget } from './ProducerTap.js';
import type { PublishedTrack } from './PublishedTrack.js';
import { mediaClosed, mapSfuErrors } from './mapSfuErrors.js';
import { codecKeyOf, RoomRouter } from './RoomRouter.js';
import { SPEAKER_HOLD_MS, Speakers, type LevelMap } from './speakers.js';
import type { WorkerPool } from './WorkerPool.js';

export interface SfuRoomOptions {
  /** For logs. */
  roomId: string;
  pool: WorkerPool;
  transports: TransportSettings;
  plainPorts: types.TransportPortRange;
  /** Network interface for bridges on other machines. */
  listenIp: string;
  maxPeersPerWorker: number;
  maxConsumersPerWorker: number;
  /** Set for streams: only H.264 and Opus, under these payload types unless a peer needs others. */
  payloadTypes?: PayloadTypes | undefined;
  log: Log;
}

const QUALITY_INTERVAL_MS = 2000;

/** A room's media: peers on routers on workers, and pipes between them. */
export class SfuRoom extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly rtpCapabilities = clientCapabilities();
  readonly #options: SfuRoomOptions;
  readonly #scope = new Scope();
  readonly #routers = new Set<RoomRouter>();
  readonly #peers = new Map<ParticipantId, SfuPeer>();
  readonly #inputs = new Set<PlainInput>();
  readonly #publishedTracks = new Map<ProducerId, PublishedTrack>();
  readonly #taps = new Set<ProducerTap>();
  readonly #speakers = new Speakers();
  #activeSpeaker: ParticipantId | null = null;
  #wasSpeech = false;
  #silenceTimer: NodeJS.Timeout | undefined;
  /** Peers choose a router one at a time, so that two never make a router on the same worker. */
  readonly #placements = new SerialQueue();

  constructor(options: SfuRoomOptions) {
    super();
    this.#options = options;
    this.#scope.interval(QUALITY_INTERVAL_MS, () => {
      for (const peer of this.#peers.values()) void peer.sampleQuality();
    });
  }

  get stats() {
    const routers = [...this.#routers];
    const sum = (value: (router: RoomRouter) => number) => routers.reduce((total, router) => total + value(router), 0);
    return {
      peers: this.#peers.size,
      producers: this.#publishedTracks.size,
      consumers: sum(({ consumers }) => consumers),
      pipes: sum(({ pipes }) => pipes),
      taps: this.#taps.size,
      routers: routers.length,
    };
  }

  async addPeer(participantId: ParticipantId, { payloadTypes }: { payloadTypes?: PayloadTypes } = {}): Promise<SfuPeer> {
    return this.#placements.run(() => this.#addPeer(participantId, payloadTypes ?? this.#payloadTypes));
  }

  async addInput(participantId: ParticipantId, from: { ip: string; port: number }): Promise<PlainInput> {
    return this.#placements.run(() => this.#addInput(participantId, from));
  }

  async tap(producerId: ProducerId, target: TapTarget): Promise<ProducerTap> {
    const publishedTrack = this.#publishedTracks.get(producerId);
    if (!publishedTrack) throw new LianmaiError('NOT_FOUND', { producerId });
    const tap = await mapSfuErrors(ProducerTap.open(publishedTrack, target, this.#options.listenIp));
    if (this.#scope.isClosed) {
      tap.close('the room is closed');
      throw mediaClosed();
    }
    this.#taps.add(tap);
    tap.once('closed', () => this.#taps.delete(tap));
    return tap;
  }

  /** Runs `then` when the room closes. */
  onClosed(then: () => void): void {
    this.#scope.defer(then);
  }

  async close(reason: string): Promise<void> {
    const closing = this.#scope.close(reason);
    for (const tap of this.#taps) tap.close(reason);
    for (const peer of this.#peers.values()) peer.close(reason);
    for (const input of this.#inputs) input.close(reason);
    for (const router of this.#routers) router.close();
    await closing;
  }

  get #payloadTypes(): PayloadTypes | null {
    return this.#options.payloadTypes ?? null;
  }

  async #addPeer(participantId: ParticipantId, payloadTypes: PayloadTypes | null): Promise<SfuPeer> {
    this.#peers.get(participantId)?.close('replaced by a new peer');
    const router = await this.#findRouter(payloadTypes);
    const { transports: settings } = this.#options;
    const peer = new SfuPeer({ participantId, router, settings, publishedTracks: this.#publishedTracks });
    this.#peers.set(participantId, peer);
    peer.once('closed', () => this.#afterPeerClose(peer));
    return peer;
  }

  async #addInput(participantId: ParticipantId, from: { ip: string; port: number }): Promise<PlainInput> {
    const router = await this.#findRouter(this.#payloadTypes);
    const { listenIp, transports } = this.#options;
    const announcedIp = transports.announcedAddresses[0] ?? listenIp;
    const input = await mapSfuErrors(
      PlainInput.open({ participantId, router, from, listenIp, announcedIp, publishedTracks: this.#publishedTracks }),
    );
    this.#inputs.add(input);
    input.once('closed', () => {
      this.#inputs.delete(input);
      if (router.peers.size === 0) router.close();
    });
    return input;
  }

  async #findRouter(payloadTypes: PayloadTypes | null): Promise<RoomRouter> {
    let router = await mapSfuErrors(this.#chooseRouter(payloadTypes));
    // The router's last peer may have left in the meantime.
    while (router.isClosed && !this.#scope.isClosed) router = await mapSfuErrors(this.#chooseRouter(payloadTypes));
    if (this.#scope.isClosed) throw mediaClosed();
    return router;
  }

  async #chooseRouter(payloadTypes: PayloadTypes | null): Promise<RoomRouter> {
    const { pool, maxPeersPerWorker, maxConsumersPerWorker } = this.#options;
    const codecKey = codecKeyOf(payloadTypes);
    const usable = [...this.#routers].filter((router) => !router.isClosed && router.codecKey === codecKey);
    const byLoad = usable.sort((a, b) => a.load - b.load);
    const free = byLoad.find(({ peers, consumers }) => peers.size < maxPeersPerWorker && consumers < maxConsumersPerWorker);
    if (free) return free;
    if (byLoad.length === 0) await pool.ready();
    const worker = pool.leastLoaded(new Set(byLoad.map((router) => router.worker.index)));
    if (worker) return this.#openRouter(await RoomRouter.create({ worker, plainPorts: this.#options.plainPorts, payloadTypes }));
    const [leastLoaded] = byLoad;
    if (!leastLoaded) throw new LianmaiError('SHUTTING_DOWN');
    return leastLoaded;
  }

  #openRouter(router: RoomRouter): RoomRouter {
    if (this.#scope.isClosed) {
      router.close();
      throw mediaClosed();
    }
    this.#routers.add(router);
    router.on('levelsMeasured', (levels) => this.#hear(router, levels));
    router.on('dominantSpeakerChanged', (participantId) => {
      this.#speakers.setDominant(router, participantId);
      this.#announceSpeaker();
    });
    router.once('closed', (reason) => this.#afterRouterClose(router, reason));
    return router;
  }

  #afterRouterClose(router: RoomRouter, reason: 'died' | 'closed'): void {
    this.#routers.delete(router);
    this.#speakers.removeRouter(router);
    const lost = [...this.#peers.values()].filter((peer) => peer.router === router);
    for (const peer of lost) peer.close(reason === 'died' ? 'the media worker died' : reason);
    if (reason !== 'died' || lost.length === 0 || this.#scope.isClosed) return;
    this.#options.log.warn({ room: this.#options.roomId, peers: lost.length }, 'peers lost their media worker');
    this.emit(
      'peersLost',
      lost.map(({ participantId }) => participantId),
    );
  }

  /** Closes a router without peers. The next peer gets a new router, on the least loaded worker at that time. */
  #afterPeerClose(peer: SfuPeer): void {
    if (this.#peers.get(peer.participantId) === peer) this.#peers.delete(peer.participantId);
    this.#speakers.removeParticipant(peer.participantId);
    this.#announceSpeaker();
    if (peer.router.peers.size === 0) peer.router.close();
  }

  #hear(router: RoomRouter, levels: LevelMap): void {
    this.#speakers.setLevels(router, levels);
    const all = this.#speakers.levels;
    if (all.size > 0 || this.#wasSpeech) this.emit('speakersChanged', all);
    this.#wasSpeech = all.size > 0;
    this.#announceSpeaker();
    clearTimeout(this.#silenceTimer);
    // Announce silence once, because no further event will end the hold.
    if (all.size === 0) this.#silenceTimer = setTimeout(() => this.#announceSpeaker(), SPEAKER_HOLD_MS + 10).unref();
  }

  #announceSpeaker(): void {
    if (this.#scope.isClosed) return;
    const active = this.#speakers.activeAt(performance.now());
    if (active === this.#activeSpeaker) return;
    this.#activeSpeaker = active;
    this.emit('activeSpeakerChanged', active);
  }
}
