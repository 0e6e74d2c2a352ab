import type { Log } from '@lianmai/kit';
import {
  DEFAULT_APP,
  LianmaiError,
  type CreateStream,
  type StreamClient,
  type StreamId,
  type StreamRef,
  type UpdateStream,
} from '@lianmai/protocol';
import type { BridgePool } from '../bridge/index.js';
import type { ProgramNames } from './ProgramNames.js';
import { StreamStatuses } from './StreamStatuses.js';
import type { RegisteredStream, StreamRepository } from './StreamRepository.js';
import type { StreamJobScheduler } from './StreamJobScheduler.js';

export interface StreamsOptions {
  repository: StreamRepository;
  bridges: BridgePool;
  programNames: Pick<ProgramNames, 'isTaken'>;
  /** Players whom this server's own SFU serves; no bridge knows them. */
  whep?: WhepPlayers;
  /** Standing jobs that bridges run for streams. */
  jobs: StreamJobScheduler;
  log: Log;
}

/** Players that use WHEP. */
export interface WhepPlayers {
  count(stream: StreamRef): number;
  clients(stream: StreamRef): StreamClient[] | Promise<StreamClient[]>;
  kick(stream: StreamRef, clientId: string): number;
}

/** First parts of this server's own paths. A stream there could not be watched through this server. */
const RESERVED_APPS: ReadonlySet<string> = new Set([
  'api',
  'assets',
  'healthz',
  'metrics',
  'r',
  'readyz',
  'recordings',
  'rtc',
  'streams',
  'watch',
]);

/** Registered streams: authorisation to publish and play, connected clients, and disconnecting them. */
export class Streams {
  readonly statuses: StreamStatuses;
  readonly jobs: StreamJobScheduler;
  readonly #options: StreamsOptions;

  constructor(options: StreamsOptions) {
    const { bridges, whep } = options;
    this.#options = options;
    this.jobs = options.jobs;
    this.statuses = new StreamStatuses({ bridges, whepViewers: (stream) => whep?.count(stream) ?? 0 });
  }

  /** Whether paths that start with this app may be streams. */
  isApp(app: string): boolean {
    return app === DEFAULT_APP || this.#options.repository.apps.has(app);
  }

  async create(request: CreateStream): Promise<RegisteredStream> {
    const { app, name } = request;
    if (RESERVED_APPS.has(app)) throw new LianmaiError('BAD_REQUEST', undefined, { message: `app: "${app}" is a path of this server` });
    if (this.#isRoom(request)) throw nameOfRoom(name);
    const stream = await this.#options.repository.add(request);
    // A room may have opened meanwhile and gone live, seeing no stream.
    if (this.#isRoom(stream)) {
      await this.#options.repository.remove(stream.id);
      throw nameOfRoom(name);
    }
    this.#options.log.info({ stream: stream.id, app, name }, 'stream created');
    await this.jobs.changed();
    return stream;
  }

  all(): Promise<RegisteredStream[]> {
    return this.#options.repository.all();
  }

  get(id: StreamId): Promise<RegisteredStream> {
    return this.#options.repository.get(id);
  }

  find(stream: StreamRef): Promise<RegisteredStream | null> {
    return this.#options.repository.find(stream);
  }

  async update(id: StreamId, change: UpdateStream): Promise<RegisteredStream> {
    const stream = await this.#options.repository.update(id, change);
    await this.jobs.changed();
    return stream;
  }

  /** Replaces the key at once, and disconnects the publisher that uses the old one. */
  async rotateKey(id: StreamId): Promise<RegisteredStream> {
    const stream = await this.#options.repository.rotateKey(id);
    await this.#kickFor(stream, 'its key was changed');
    return stream;
  }

  async remove(id: StreamId): Promise<void> {
    const stream = await this.#options.repository.remove(id);
    await this.jobs.forget(id);
    await this.#kickFor(stream, 'it was deleted', true);
  }

  /** Ends one connection, or the publisher's. Throws NOT_FOUND if there is none. */
  async kick(id: StreamId, clientId?: string): Promise<void> {
    const kicked = await this.#kick(await this.get(id), clientId);
    if (kicked === 0)
      throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such connection. It may have ended already.' });
  }

  async clients(id: StreamId): Promise<StreamClient[]> {
    const { app, name } = await this.get(id);
    const answers = await Promise.all(this.#connected.map((bridge) => bridge.request('readClients', { app, name })));
    return [...answers.flatMap(({ clients }) => clients), ...((await this.#options.whep?.clients({ app, name })) ?? [])];
  }

  /** Throws NAME_TAKEN if the room has the name of a registered stream. */
  async assertNotStream(room: string): Promise<void> {
    if (await this.find({ app: DEFAULT_APP, name: room })) throw nameOfStream(room);
  }

  /**
   * Decides whether a room may put its program under its own name. Throws NAME_TAKEN if that is a registered stream's and the starter has
   * no grant for it, and CONFLICT while the stream has an outside publisher, or waits for one to return. `asStream`: the program goes out
   * as the registered stream, with its destinations and its recording rule.
   */
  async claimForRoom(room: string, { liveAsStream }: { liveAsStream: boolean }): Promise<{ asStream: boolean }> {
    const ref = { app: DEFAULT_APP, name: room };
    const asStream = (await this.find(ref)) !== null;
    if (asStream && !liveAsStream) throw nameOfStream(room);
    const status = this.statuses.status(ref);
    if (status?.state === 'waiting' || (status?.publisher && status.publisher.protocol !== 'program'))
      throw new LianmaiError('CONFLICT', undefined, {
        message: `The stream ${DEFAULT_APP}/${room} has a publisher. End it, or use a room of another name.`,
      });
    return { asStream };
  }

  #isRoom({ app, name }: StreamRef): boolean {
    return app === DEFAULT_APP && this.#options.programNames.isTaken(name);
  }

  get #connected() {
    return this.#options.bridges.bridges.filter(({ state }) => state === 'connected');
  }

  /** Asks every bridge, since measurements are up to a second old. */
  async #kick({ app, name }: StreamRef, clientId?: string, forget = false): Promise<number> {
    const viaSfu = clientId === undefined ? 0 : (this.#options.whep?.kick({ app, name }, clientId) ?? 0);
    if (viaSfu > 0) return viaSfu;
    const request = { app, name, ...(clientId !== undefined && { clientId }), ...(forget && { forget }) };
    const answers = await Promise.all(this.#connected.map((bridge) => bridge.request('kick', request)));
    return answers.reduce((sum, { kicked }) => sum + kicked, 0);
  }

  /** The change stands, even if a bridge does not confirm the disconnection. */
  async #kickFor(stream: RegisteredStream, reason: string, forget = false): Promise<void> {
    const { log } = this.#options;
    const kicked = await this.#kick(stream, undefined, forget).catch((error: unknown) => {
      log.warn({ err: error, stream: stream.id }, 'could not disconnect a publisher');
      return 0;
    });
    log.info({ stream: stream.id, app: stream.app, name: stream.name, kicked }, reason);
  }
}

const nameOfRoom = (name: string) =>
  new LianmaiError('CONFLICT', undefined, { message: `The room "${name}" has this address for its program. Choose another name.` });
const nameOfStream = (name: string) => new LianmaiError('NAME_TAKEN', { stream: `${DEFAULT_APP}/${name}` });
