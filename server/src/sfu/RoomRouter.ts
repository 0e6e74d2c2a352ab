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
  /** `died`: the worker's process is gone. */
  closed: [reason: 'died' | 'closed'];
}

export interface RoomRouterOptions {
  worker: PooledWorker;
  plainPorts: types.TransportPortRange;
  /** H.264 and Opus alone, under these numbers; null: all codecs. */
  payloadTypes: PayloadTypes | null;
}

/** Routers with the same key can serve the same peers. */
export const codecKeyOf = (payloadTypes: PayloadTypes | null): string =>
  payloadTypes ? `${payloadTypes.video}/${payloadTypes.audio}` : '';

/** mediasoup wants ten packets of a producer in each interval: 200 ms of Opus, with room for lost ones. */
const LEVEL_INTERVAL_MS = 300;
/** dBov; the noise of a quiet room lies below. */
const SPEECH_THRESHOLD_DB = -60;

/** A room's router on one worker: its peers, and what was piped here for them from the room's other routers. */
export class RoomRouter extends EventEmitter<RoomRouterEvents> implements WorkerLoad {
  readonly worker: PooledWorker;
  readonly mediasoupRouter: types.Router;
  readonly plainPorts: types.TransportPortRange;
  readonly codecKey: string;
  readonly peers = new Set<ParticipantId>();
  consumers = 0;
  readonly #levelObserver: types.AudioLevelObserver;
  readonly #speakerObserver: types.ActiveSpeakerObserver;
  /** What was piped here, under its name on this router. */
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

  /** A consumer costs about as much as a publisher's track; an idle peer costs next to nothing. */
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
   * Makes the producer available here, by a pipe from its own router unless it is from here, and answers its name on this router. Pausing, resuming and
   * closing follow through the pipe.
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
      // Two routers of a stream may be on one worker, which knows a name only once.
      keepId: false,
      listenInfo: { protocol: 'udp', ip: '127.0.0.1', portRange: this.plainPorts },
    });
    if (!pipeConsumer || !pipeProducer || pipeProducer.closed) throw new Error('the producer was closed while it was piped');
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
 * Pausing and resuming through the pipe. mediasoup has listeners of its own for it, which leave a rejection unhandled when the far worker dies with the
 * request on its way; that would end this process, so ours take their place.
 */
function follow(near: types.Consumer, far: types.Producer): void {
  near.observer.removeAllListeners('pause');
  near.observer.removeAllListeners('resume');
  near.observer.on('pause', () => void far.pause().catch(() => undefined));
  near.observer.on('resume', () => void far.resume().catch(() => undefined));
}
