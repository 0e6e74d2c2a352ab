import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  bridgeCalls,
  LianmaiError,
  parse,
  RequestFrame,
  toLianmaiError,
  type Acknowledgement,
  type AssetId,
  type AuthoriseReply,
  type AuthoriseRequest,
  type BridgeCallName,
} from '@lianmai/protocol';
import type { Namespace, Server, Socket } from 'socket.io';
import { BridgeLink } from './BridgeLink.js';
import type { BridgePool, BridgePoolEvents } from './contract.js';

export interface BridgesOptions {
  /** The namespace `/bridge` is added to it. */
  io: Server;
  /** Throws (or rejects) unless this is a token of a bridge: audience `lianmai:bridge`. */
  verify(token: string): unknown;
  /** Throws NOT_FOUND for an unknown asset. */
  fetchAsset(id: AssetId): Promise<Uint8Array>;
  /** The one gate: throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND for who may not publish or play. */
  authorise(request: AuthoriseRequest): AuthoriseReply | Promise<AuthoriseReply>;
  log: Log;
  /** Default 5000; three times as long for a start or stop of a program. */
  requestTimeoutMs?: number | undefined;
  /** How long a bridge may stay away before it is gone, ms; default 10000. */
  graceMs?: number | undefined;
}

const DEFAULTS = { requestTimeoutMs: 5000, graceMs: 10_000 };
const isCallName = (name: string): name is BridgeCallName => Object.hasOwn(bridgeCalls, name);

/** Every bridge that said hello and is not gone for good. */
export class Bridges extends EventEmitter<BridgePoolEvents> implements BridgePool {
  readonly #options: BridgesOptions;
  readonly #namespace: Namespace;
  readonly #links = new Map<string, BridgeLink>();
  readonly #tokens = new Map<BridgeLink, string>();

  constructor(options: BridgesOptions) {
    super();
    this.setMaxListeners(0); // one listener a room that waits for a bridge
    this.#options = options;
    this.#namespace = options.io.of('/bridge');
    this.#namespace.use((socket, next) => void this.#admit(socket).then(() => next(), next));
    this.#namespace.on('connection', (socket) => this.#welcome(socket));
  }

  get bridges(): readonly BridgeLink[] {
    return [...this.#links.values()];
  }

  /** The process that was started with this token has ended: its bridge is gone at once, without the grace. */
  tokenHolderEnded(token: string): void {
    for (const [link, held] of this.#tokens) if (held === token) link.end('its process ended');
  }

  close(reason: string): void {
    for (const link of this.bridges) link.end(reason);
    this.#namespace.disconnectSockets(true);
  }

  async #admit(socket: Socket): Promise<void> {
    try {
      await this.#options.verify(tokenOf(socket));
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      this.#options.log.warn({ code: error.code, address: socket.handshake.address }, 'a bridge was refused');
      throw Object.assign(new Error(error.message), { data: error.toWire() });
    }
  }

  #welcome(socket: Socket): void {
    socket.on('request', (frame: unknown, acknowledge: unknown) => {
      if (typeof acknowledge !== 'function') return;
      void this.#answer(socket, frame).then((answer) => (acknowledge as (answer: Acknowledgement<unknown>) => void)(answer));
    });
  }

  async #answer(socket: Socket, frame: unknown): Promise<Acknowledgement<unknown>> {
    try {
      const { name, data } = parse(RequestFrame, frame);
      if (!isCallName(name)) throw new LianmaiError('BAD_REQUEST', undefined, { message: `name: there is no request "${name}"` });
      return { ok: true, data: await this.#run(socket, name, data) };
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      const { log } = this.#options;
      if (error.code === 'INTERNAL' || error.code === 'DISK_FULL') log.error({ err: error.cause ?? error }, 'a request of a bridge failed');
      else log.info({ code: error.code, reason: error.message }, 'a request of a bridge was refused');
      return { ok: false, error: error.toWire() };
    }
  }

  async #run(socket: Socket, name: BridgeCallName, data: unknown): Promise<object> {
    switch (name) {
      case 'hello':
        return this.#hello(socket, data);
      case 'authorise':
        return await this.#options.authorise(parse(bridgeCalls.authorise.data, data));
      case 'fetchAsset':
        return this.#fetchAsset(data);
    }
  }

  #hello(socket: Socket, data: unknown): object {
    const hello = parse(bridgeCalls.hello.data, data);
    const { log, requestTimeoutMs = DEFAULTS.requestTimeoutMs, graceMs = DEFAULTS.graceMs } = this.#options;
    const link = this.#links.get(hello.bridgeId) ?? this.#add(new BridgeLink({ hello, log, requestTimeoutMs, graceMs }));
    this.#tokens.set(link, tokenOf(socket));
    link.connect(socket, hello);
    this.emit('bridgeConnected', link);
    return {};
  }

  #add(link: BridgeLink): BridgeLink {
    this.#links.set(link.id, link);
    link.once('gone', () => {
      this.#tokens.delete(link);
      this.#links.delete(link.id);
    });
    return link;
  }

  async #fetchAsset(data: unknown): Promise<{ bytes: Uint8Array }> {
    const { assetId } = parse(bridgeCalls.fetchAsset.data, data);
    return { bytes: await this.#options.fetchAsset(assetId) };
  }
}

function tokenOf(socket: Socket): string {
  const token: unknown = socket.handshake.auth['token'];
  if (typeof token !== 'string') throw new LianmaiError('UNAUTHENTICATED');
  return token;
}
