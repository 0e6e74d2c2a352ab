import type { Closable, Log } from '@lianmai/kit';
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
  type BridgeRequestName,
} from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { BridgeHandlers } from './contract.js';

export interface ServerLinkOptions {
  /** `http://host:port` of the server. */
  url: string;
  token: string;
  handlers: BridgeHandlers;
  /** Asked at each connection, so that the server learns what runs already. */
  hello: () => BridgeCallData<'hello'>;
  /** The server knows us again: tell it the state of everything that it missed. */
  onConnected: () => void;
  /** No server for `orphanMs`. */
  onOrphaned: () => void;
  orphanMs: number;
  log: Log;
}

const CALL_TIMEOUT_MS = 10_000;
const REFUSED_RETRY_MS = 1000;
/** Longer than it takes to connect again, shorter than encoders wait for their answer. */
const CONNECT_PATIENCE_MS = 3000;
/** Measured anew a moment later: not worth a queue. */
const VOLATILE: ReadonlySet<BridgeEventName> = new Set<BridgeEventName>(['levelsMeasured', 'statsMeasured', 'streamsMeasured']);
const isRequestName = (name: string): name is BridgeRequestName => Object.hasOwn(bridgeRequests, name);
const Answer = z.union([z.object({ ok: z.literal(true), data: z.unknown() }), z.object({ ok: z.literal(false), error: WireError })]);

/** One connection to the server, made again whenever it is lost. */
export class ServerLink implements Closable {
  readonly #options: ServerLinkOptions;
  readonly #socket: Socket;
  #orphanTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ServerLinkOptions) {
    this.#options = options;
    this.#socket = io(`${options.url.replace(/\/$/, '')}/bridge`, {
      auth: { token: options.token },
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 2000,
    });
    this.#socket.on('connect', () => void this.#introduce());
    this.#socket.on('connect_error', (error) => this.#onAway(error.message));
    this.#socket.on('disconnect', (reason) => this.#onAway(reason));
    this.#socket.on('request', (frame: unknown, acknowledge: unknown) => {
      if (typeof acknowledge !== 'function') return;
      void this.#handle(frame).then((answer) => (acknowledge as (answer: Acknowledgement<unknown>) => void)(answer));
    });
  }

  announce<N extends BridgeEventName>(name: N, data: BridgeEventData<N>): void {
    if (!this.#socket.connected) return;
    (VOLATILE.has(name) ? this.#socket.volatile : this.#socket).emit('event', { name, data });
  }

  /** Throws the server's refusal; TIMEOUT when there is no answer, which is a no as well. While the connection is made again, it is waited for. */
  async authorise(request: AuthoriseRequest): Promise<AuthoriseReply> {
    if (!this.#socket.connected) await this.#whenConnected();
    return bridgeCalls.authorise.reply.parse(await this.#call('authorise', request));
  }

  async fetchAsset(assetId: AssetId): Promise<Uint8Array> {
    return bridgeCalls.fetchAsset.reply.parse(await this.#call('fetchAsset', { assetId })).bytes;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#orphanTimer);
    clearTimeout(this.#retryTimer);
    this.#socket.disconnect();
  }

  #whenConnected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onConnect = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#socket.off('connect', onConnect);
        reject(new LianmaiError('TIMEOUT', undefined, { message: 'The server cannot be asked at the moment.' }));
      }, CONNECT_PATIENCE_MS);
      this.#socket.once('connect', onConnect);
    });
  }

  async #introduce(): Promise<void> {
    try {
      await this.#call('hello', this.#options.hello());
      clearTimeout(this.#orphanTimer);
      this.#orphanTimer = undefined;
      this.#options.log.info('connected to the server');
      this.#options.onConnected();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the server did not take our hello; connecting again');
      this.#socket.disconnect().connect();
    }
  }

  #onAway(reason: string): void {
    const { log, orphanMs, onOrphaned } = this.#options;
    // A refusal or a server's own disconnect is not retried by socket.io.
    if (!this.#socket.active && !this.#isClosed) this.#retryTimer ??= setTimeout(() => this.#retry(), REFUSED_RETRY_MS);
    if (this.#orphanTimer || this.#isClosed) return;
    log.warn({ reason }, 'no connection to the server; programs run on');
    this.#orphanTimer = setTimeout(onOrphaned, orphanMs);
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

  async #handle(frame: unknown): Promise<Acknowledgement<unknown>> {
    try {
      const { name, data } = parse(RequestFrame, frame);
      if (!isRequestName(name)) throw new LianmaiError('BAD_REQUEST', undefined, { message: `name: there is no request "${name}"` });
      return { ok: true, data: await this.#run(name, data) };
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (error.code === 'INTERNAL') this.#options.log.error({ err: error.cause }, 'a request of the server failed');
      return { ok: false, error: error.toWire() };
    }
  }

  #run<N extends BridgeRequestName>(name: N, data: unknown): Promise<unknown> {
    const handler: (data: never) => Promise<unknown> = this.#options.handlers[name];
    return handler(parse(bridgeRequests[name].data, data) as never);
  }
}

function asTimeout(cause: unknown): never {
  throw new LianmaiError('TIMEOUT', undefined, { cause });
}
