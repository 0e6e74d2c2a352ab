import { EventEmitter } from 'node:events';
import type { ParticipantId, ProducerId } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import { mediaCodecs, streamCodecs } from './codecs.js';
import type { PayloadTypes } from './contract.js';
import type { PublishedTrack } from './PublishedTrack.js';
import type { LevelMap } from './speakers.js';
import type { PooledWorker, WorkerLoad } from './WorkerPool.js';

export interface RoomRouterEvents {
  levelsMeasured: [levels: LevelMap];
  dominantSpeakerChanged: [participantId: ParticipantId];
  /** `died`: the worker process has ended. */
  closed: [reason: 'died' | 'closed'];
}

export interface RoomRouterOptions {
  worker: PooledWorker;
  plainPorts: types.TransportPortRange;
  /** Restricts the router to H.264 and Opus with these payload types; null: all codecs. */
  payloadTypes: PayloadTypes | null;
}

/** Routers with the same key can serve the same peers. */
export const codecKeyOf = (payloadTypes: PayloadTypes | null): string =>
  payloadTypes ? `${payloadTypes.video}/${payloadTypes.audio}` : '';

/** mediasoup needs ten packets per interval: 200 ms of Opus, plus a margin for loss. */
const LEVEL_INTERVAL_MS = 300;
/** In dBov; a quiet room's noise is below this. */
const SPEECH_THRESHOLD_DB = -60;

/** A room's router on one worker: its peers, and the producers that pipes bring from the room's other routers. */
export class RoomRouter extends EventEmitter<RoomRouterEvents> implements WorkerLoad {
  readonly worker: PooledWorker;
  readonly mediasoupRouter: types.Router;
  readonly plainPorts: types.TransportPortRange;
  readonly codecKey: string;
  readonly peers = new Set<ParticipantId>();
  consumers = 0;
  readonly #levelObserver: types.AudioLevelObserver;
  readonly #speakerObserver: types.ActiveSpeakerObserver;
  /** Producers piped to this router, with their ids here. */
  readonly #piped = new Map<ProducerId, Promise<string>>();
  readonly #publishers = new Map<string, ParticipantId>();

  private constructor(
    options: RoomRouterOptions,
    router: types.Router,
    observers: [types.AudioLevelObserver, types.ActiveSpeakerObserver],
  ) {
    super();
    this.worker = options.worker;
    this.plainPorts = options.plainPorts;
    this.codecKey = codecKeyOf(options.payloadTypes);
    this.mediasoupRouter = router;
    [this.#levelObserver, this.#speakerObserver] = observers;
    options.worker.loads.add(this);
    router.observer.once('close', () => this.#afterClose());
    this.#listen();
  }

  static async create(options: RoomRouterOptions): Promise<RoomRouter> {
    const router = await options.worker.worker.createRouter({
      mediaCodecs: options.payloadTypes ? streamCodecs(options.payloadTypes) : mediaCodecs,
    });
    try {
      const observers = await Promise.all([
        router.createAudioLevelObserver({ maxEntries: 16, threshold: SPEECH_THRESHOLD_DB, interval: LEVEL_INTERVAL_MS }),
        router.createActiveSpeakerObserver({ interval: LEVEL_INTERVAL_MS }),
      ]);
      return new RoomRouter(options, router, observers);
    } catch (error) {
      router.close();
      throw error;
    }
  }

  /** A consumer costs about as much as a published track; an idle peer costs almost nothing. */
  get load(): number {
    return this.consumers + this.peers.size;
  }

  get isClosed(): boolean {
    return this.mediasoupRouter.closed;
  }

  get pipes(): number {
    return this.#piped.size;
  }

  /**
   * Makes a producer available on this router, through a pipe unless it is local, and returns its id here. The pipe relays pause, resume
   * and close.
   */
  bring(publishedTrack: PublishedTrack): Promise<string> {
    const { id } = publishedTrack;
    if (publishedTrack.router === this) return Promise.resolve(id);
    const existing = this.#piped.get(id);
    if (existing) return existing;
    const piping = this.#pipe(publishedTrack);
    this.#piped.set(id, piping);
    piping.catch(() => this.#piped.delete(id));
    return piping;
  }

  async observe(publishedTrack: PublishedTrack): Promise<void> {
    const { id, participantId } = publishedTrack;
    this.#publishers.set(id, participantId);
    publishedTrack.producer.observer.once('close', () => this.#publishers.delete(id));
    await Promise.all([this.#levelObserver, this.#speakerObserver].map((observer) => observer.addProducer({ producerId: id })));
  }

  close(): void {
    this.mediasoupRouter.close();
  }

  async #pipe({ id, router }: PublishedTrack): Promise<string> {
    const { pipeConsumer, pipeProducer } = await router.mediasoupRouter.pipeToRouter({
      producerId: id,
      router: this.mediasoupRouter,
      enableSctp: false,
      // Two routers of one stream may share a worker, and ids must be unique on a worker.
      keepId: false,
      listenInfo: { protocol: 'udp', ip: '127.0.0.1', portRange: this.plainPorts },
    });
    if (!pipeConsumer || !pipeProducer || pipeProducer.closed) throw new Error('the producer was closed while it was being piped');
    pipeProducer.observer.once('close', () => this.#piped.delete(id));
    follow(pipeConsumer, pipeProducer);
    return pipeProducer.id;
  }

  #listen(): void {
    this.#levelObserver.on('volumes', (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const participantId = this.#publishers.get(producer.id);
        return participantId === undefined ? [] : [[participantId, volume] as const];
      });
      this.emit('levelsMeasured', new Map(levels));
    });
    this.#levelObserver.on('silence', () => this.emit('levelsMeasured', new Map()));
    this.#speakerObserver.on('dominantspeaker', ({ producer }) => {
      const participantId = this.#publishers.get(producer.id);
      if (participantId !== undefined) this.emit('dominantSpeakerChanged', participantId);
    });
  }

  #afterClose(): void {
    this.worker.loads.delete(this);
    this.#piped.clear();
    this.emit('closed', this.worker.worker.died ? 'died' : 'closed');
  }
}

/**
 * Relays pause and resume through the pipe. mediasoup's own listeners leave a rejection unhandled if the far worker dies during the
 * request, which would end this process, so these replace them.
 */
function follow(near: types.Consumer, far: types.Producer): void {
  near.observer.removeAllListeners('pause');
  near.observer.removeAllListeners('resume');
  near.observer.on('pause', () => void far.pause().catch(() => undefined));
  near.observer.on('resume', () => void far.resume().catch(() => undefined));
}
