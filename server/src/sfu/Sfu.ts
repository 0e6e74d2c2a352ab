import { availableParallelism } from 'node:os';
import { Scope, type Log } from '@lianmai/kit';
import { LianmaiError, type RoomId } from '@lianmai/protocol';
import { setLogEventListeners } from 'mediasoup';
import { announcedAddresses } from './iceCandidates.js';
import type { PayloadTypes, RoomMedia } from './contract.js';
import { SfuRoom } from './SfuRoom.js';
import { WorkerPool } from './WorkerPool.js';

export interface SfuOptions {
  /** Number of mediasoup worker processes; default: one per core. */
  workers?: number | undefined;
  /** Worker i listens on UDP and TCP port `rtcPort + i`; 0: any free ports. */
  rtcPort: number;
  /** Network interface; 0.0.0.0 for all. */
  listenIp: string;
  /** Addresses announced to browsers. If empty: `listenIp`, or for a wildcard this machine's own addresses. */
  announcedIps: readonly string[];
  log: Log;
  /** Peers of one room on one worker before it uses another worker; default 100. */
  maxPeersPerWorker?: number | undefined;
  /** Consumers of one room on one worker before it uses another worker; default 400 (mediasoup: about 500 per core). */
  maxConsumersPerWorker?: number | undefined;
  /** Ports for pipes and taps, used only between this host and its bridges; default 20000-29999. */
  plainPorts?: { min: number; max: number } | undefined;
  /** Highest bitrate that one participant may send, kbit/s; default 8000. */
  maxIncomingKbps?: number | undefined;
}

export interface SfuStats {
  workers: number;
  workerRestarts: number;
  rooms: number;
  peers: number;
  producers: number;
  consumers: number;
  pipes: number;
  taps: number;
}

export interface Sfu {
  createRoom(roomId: RoomId): Promise<RoomMedia>;
  /** Creates media for a stream, limited to H.264 and Opus. `name` is for logs. */
  createStreamRoom(name: string, payloadTypes: PayloadTypes): Promise<RoomMedia>;
  /** For metrics; cheap to read. */
  readonly stats: SfuStats;
  /** Process ids of the running workers, for tests and operators. */
  readonly workerPids: readonly number[];
  close(reason: string): Promise<void>;
}

/** A crashed broadcaster must not hold its stream's name for long, and broadcasters rarely change networks. */
const STREAM_CONSENT_TIMEOUT_S = 12;
const DEFAULTS = { maxPeersPerWorker: 100, maxConsumersPerWorker: 400, maxIncomingKbps: 8000, plainPorts: { min: 20_000, max: 29_999 } };

/** Resolves when every worker is listening. Rejects, naming the port, if one cannot. */
export async function createSfu(options: SfuOptions): Promise<Sfu> {
  const { log, listenIp, rtcPort } = options;
  setLogEventListeners({
    onwarn: (namespace, text) => log.debug({ namespace }, text),
    onerror: (namespace, text, error) => log.warn({ namespace, err: error }, text),
  });
  const addresses = announcedAddresses(listenIp, options.announcedIps);
  const workers = options.workers ?? availableParallelism();
  const pool = await WorkerPool.start({ workers, rtcPort, listenIp, announcedAddress: addresses[0], log });
  log.info({ workers, ports: rtcPort > 0 ? `${rtcPort}-${rtcPort + workers - 1}` : 'any', addresses }, 'media workers listen');
  return new WorkerSfu(options, pool, addresses);
}

class WorkerSfu implements Sfu {
  readonly #options: SfuOptions;
  readonly #pool: WorkerPool;
  readonly #addresses: readonly string[];
  readonly #rooms = new Set<SfuRoom>();
  readonly #scope = new Scope();

  constructor(options: SfuOptions, pool: WorkerPool, addresses: readonly string[]) {
    this.#options = options;
    this.#addresses = addresses;
    this.#pool = this.#scope.own(pool);
  }

  // Asynchronous for the sake of rooms on other nodes; nothing here needs to wait yet.
  async createRoom(roomId: RoomId): Promise<RoomMedia> {
    return this.#create(roomId);
  }

  async createStreamRoom(name: string, payloadTypes: PayloadTypes): Promise<RoomMedia> {
    return this.#create(name, payloadTypes);
  }

  #create(roomId: string, payloadTypes?: PayloadTypes): RoomMedia {
    if (this.#scope.isClosed) throw new LianmaiError('SHUTTING_DOWN');
    const { log, listenIp, plainPorts, maxPeersPerWorker, maxConsumersPerWorker, maxIncomingKbps } = this.#options;
    const room = new SfuRoom({
      roomId,
      payloadTypes,
      pool: this.#pool,
      transports: {
        announcedAddresses: this.#addresses,
        maxIncomingKbps: maxIncomingKbps ?? DEFAULTS.maxIncomingKbps,
        iceConsentTimeoutS: payloadTypes && STREAM_CONSENT_TIMEOUT_S,
      },
      plainPorts: plainPorts ?? DEFAULTS.plainPorts,
      listenIp,
      maxPeersPerWorker: maxPeersPerWorker ?? DEFAULTS.maxPeersPerWorker,
      maxConsumersPerWorker: maxConsumersPerWorker ?? DEFAULTS.maxConsumersPerWorker,
      log,
    });
    this.#rooms.add(room);
    room.onClosed(() => this.#rooms.delete(room));
    return room;
  }

  get stats(): SfuStats {
    const totals = { peers: 0, producers: 0, consumers: 0, pipes: 0, taps: 0 };
    for (const { stats } of this.#rooms) for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += stats[name];
    return { workers: this.#pool.size, workerRestarts: this.#pool.restarts, rooms: this.#rooms.size, ...totals };
  }

  get workerPids(): readonly number[] {
    return this.#pool.pids;
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#rooms].map((room) => room.close(reason)));
    await this.#scope.close(reason);
  }
}
