import { EventEmitter, once } from 'node:events';
import { backoffMs, type Closable, type Log } from '@lianmai/kit';
import {
  bridgeCalls,
  bridgeRequests,
  LianmaiError,
  parse,
  RequestFrame,
  toLianmaiError,
  WireError,
  type Acknowledgement,
  type AssetId,
  type AuthoriseReply,
  type AuthoriseRequest,
  type BridgeCallData,
  type BridgeEventData,
  type BridgeEventName,
  type BridgeRequestData,
  type BridgeRequestName,
  type BridgeRequestReply,
} from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';

/** One handler per request the server may send; each throws LianmaiError. A request without a handler does not compile. */
export type BridgeHandlers = { [N in BridgeRequestName]: (data: BridgeRequestData<N>) => Promise<BridgeRequestReply<N>> };

/** Tells the server something. Lost while the server is away, hence the link's `connected` event. */
export type Announce = <N extends BridgeEventName>(name: N, data: BridgeEventData<N>) => void;

export interface ServerLinkOptions {
  /** `http://host:port` of the server. */
  url: string;
  token: string;
  /** How long the server may be away before `orphaned`. */
  orphanMs: number;
  log: Log;
}

export interface ServerLinkEvents {
  /** Start-up is complete; calls that waited for it go on. */
  serving: [];
  /** The server knows this bridge (again): tell it everything it missed. */
  connected: [];
  /** Before `connected`: it is another process than before, with an SFU of its own. */
  serverReplaced: [];
  /** No server for `orphanMs`. */
  orphaned: [];
}

export interface ServerLinkService {
  handlers: BridgeHandlers;
  /** Called on every connection, so that the server learns what is already running. */
  hello: () => BridgeCallData<'hello'>;
}

const CALL_TIMEOUT_MS = 10_000;
/** A server that rejects this bridge will hardly change its mind within seconds. */
const REJECTED_RETRY = { firstMs: 1000, maxMs: 30_000 };
/** Longer than a reconnect takes, shorter than encoders wait for an answer. */
const CONNECT_PATIENCE_MS = 3000;
/** Events that a newer one replaces a moment later, so a slow connection may drop them. */
const VOLATILE: ReadonlySet<BridgeEventName> = new Set<BridgeEventName>(['levelsMeasured', 'statsMeasured', 'streamsMeasured']);
const isRequestName = (name: string): name is BridgeRequestName => Object.hasOwn(bridgeRequests, name);
const Answer = z.union([z.object({ ok: z.literal(true), data: z.unknown() }), z.object({ ok: z.literal(false), error: WireError })]);

/** The connection to the server, re-established whenever it is lost. It opens with `serve`; calls made before that wait. */
export class ServerLink extends EventEmitter<ServerLinkEvents> implements Closable {
  readonly #options: ServerLinkOptions;
  readonly #socket: Socket;
  readonly #closing = new AbortController();
  #service: ServerLinkService | undefined;
  #orphanTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #serverId: string | null = null;
  /** Since the server last accepted this bridge. */
  #rejections = 0;

  constructor(options: ServerLinkOptions) {
    super();
    this.setMaxListeners(0); // one listener per publisher or player that connects before start-up completes
    this.#options = options;
    this.#socket = io(`${options.url.replace(/\/$/, '')}/bridge`, {
      auth: { token: options.token },
      autoConnect: false,
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 2000,
    });
    this.#socket.on('connect_error', (error) => this.#onAway(error.message));
    this.#socket.on('disconnect', (reason) => this.#onAway(reason));
  }

  /** Connects. Call it last, when the bridge can do everything the server may ask. */
  serve(service: ServerLinkService): void {
    this.#service = service;
    this.#socket.on('connect', () => void this.#introduce(service));
    this.#socket.on('request', (frame: unknown, acknowledge: unknown) => {
      if (typeof acknowledge !== 'function') return;
      void this.#handle(frame, service.handlers).then((answer) => (acknowledge as (answer: Acknowledgement<unknown>) => void)(answer));
    });
    this.#socket.connect();
    this.emit('serving');
  }

  readonly announce: Announce = (name, data) => {
    if (!this.#socket.connected) return;
    (VOLATILE.has(name) ? this.#socket.volatile : this.#socket).emit('event', { name, data });
  };

  /** Waits for start-up and for a lost connection. Throws the server's rejection, or TIMEOUT when it does not answer, which also means no. */
  async authorise(request: AuthoriseRequest): Promise<AuthoriseReply> {
    if (!this.#service) await this.#whenServing();
    if (!this.#socket.connected) await this.#whenConnected();
    return bridgeCalls.authorise.reply.parse(await this.#call('authorise', request));
  }

  async fetchAsset(assetId: AssetId): Promise<Uint8Array> {
    return bridgeCalls.fetchAsset.reply.parse(await this.#call('fetchAsset', { assetId })).bytes;
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#orphanTimer);
    clearTimeout(this.#retryTimer);
    this.#socket.disconnect();
  }

  async #whenServing(): Promise<void> {
    await once(this, 'serving', { signal: this.#closing.signal }).catch((cause: unknown) => {
      throw new LianmaiError('SHUTTING_DOWN', undefined, { cause });
    });
  }

  #whenConnected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onConnect = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#socket.off('connect', onConnect);
        reject(new LianmaiError('TIMEOUT', undefined, { message: 'The server cannot be reached at the moment.' }));
      }, CONNECT_PATIENCE_MS);
      this.#socket.once('connect', onConnect);
    });
  }

  async #introduce({ hello }: ServerLinkService): Promise<void> {
    try {
      const { serverId } = bridgeCalls.hello.reply.parse(await this.#call('hello', hello()));
      clearTimeout(this.#orphanTimer);
      this.#orphanTimer = undefined;
      this.#rejections = 0;
      this.#options.log.info('connected to the server');
      if (this.#serverId !== null && this.#serverId !== serverId) this.emit('serverReplaced');
      this.#serverId = serverId;
      this.emit('connected');
    } catch (error) {
      this.#options.log.error({ err: error }, 'the server rejected our hello; trying again later');
      // Its 'disconnect' event schedules the retry. A connection that was lost meanwhile comes back by itself.
      if (this.#socket.connected) this.#socket.disconnect();
    }
  }

  #onAway(reason: string): void {
    const { log, orphanMs } = this.#options;
    const isClosed = this.#closing.signal.aborted;
    // socket.io does not retry after a rejection or after the server hung up.
    if (!this.#socket.active && !isClosed) this.#retryLater();
    if (this.#orphanTimer || isClosed) return;
    log.warn({ reason }, 'no connection to the server; programs keep running');
    this.#orphanTimer = setTimeout(() => this.emit('orphaned'), orphanMs);
  }

  #retryLater(): void {
    if (this.#retryTimer) return;
    this.#retryTimer = setTimeout(() => this.#retry(), backoffMs(REJECTED_RETRY, this.#rejections));
    this.#rejections += 1;
  }

  #retry(): void {
    this.#retryTimer = undefined;
    this.#socket.connect();
  }

  async #call(name: keyof typeof bridgeCalls, data: unknown): Promise<unknown> {
    const answer = Answer.parse(await this.#socket.timeout(CALL_TIMEOUT_MS).emitWithAck('request', { name, data }).catch(asTimeout));
    if (answer.ok) return answer.data;
    throw LianmaiError.fromWire(answer.error);
  }

  async #handle(frame: unknown, handlers: BridgeHandlers): Promise<Acknowledgement<unknown>> {
    try {
      const { name, data } = parse(RequestFrame, frame);
      if (!isRequestName(name)) throw new LianmaiError('BAD_REQUEST', undefined, { message: `name: there is no request "${name}"` });
      return { ok: true, data: await run(handlers, name, data) };
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (error.code === 'INTERNAL' || error.code === 'DISK_FULL')
        this.#options.log.error({ err: error.cause ?? error }, 'a request from the server failed');
      return { ok: false, error: error.toWire() };
    }
  }
}

function run<N extends BridgeRequestName>(handlers: BridgeHandlers, name: N, data: unknown): Promise<unknown> {
  const handler: (data: never) => Promise<unknown> = handlers[name];
  return handler(parse(bridgeRequests[name].data, data) as never);
}

function asTimeout(cause: unknown): never {
  throw new LianmaiError('TIMEOUT', undefined, { cause });
}
