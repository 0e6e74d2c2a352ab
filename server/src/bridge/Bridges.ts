import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { networkOf, type Log } from '@lianmai/kit';
import {
  bridgeCalls,
  LianmaiError,
  parse,
  RequestFrame,
  streamKey,
  toLianmaiError,
  type Acknowledgement,
  type AssetId,
  type AuthoriseReply,
  type AuthoriseRequest,
  type BridgeCallData,
  type BridgeCallName,
} from '@lianmai/protocol';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { BRIDGE, bytesOf, RefusalLog, type SocketServer } from '../sockets/index.js';
import { BridgeAdmission } from './BridgeAdmission.js';
import { BridgeLink } from './BridgeLink.js';
import type { BridgeHello, BridgePool, BridgePoolEvents } from './contract.js';

export interface BridgesOptions {
  /** The namespace `/bridge` is added to it. */
  sockets: SocketServer;
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
/** The supervisor says when its bridge has ended. A lost socket says little on a busy machine; for this long, the bridge keeps its programs without a server. */
const SUPERVISED_GRACE_MS = 60_000;
const NAMESPACE = '/bridge';
interface Caller {
  socket: Socket;
  isSupervised: boolean;
}
/** A parsed call. */
type BridgeCall = { [N in BridgeCallName]: { name: N; data: BridgeCallData<N> } }[BridgeCallName];

const isCallName = (name: string): name is BridgeCallName => Object.hasOwn(bridgeCalls, name);

/** Every bridge that said hello and is not gone for good. */
export class Bridges extends EventEmitter<BridgePoolEvents> implements BridgePool {
  readonly #options: BridgesOptions;
  readonly #admission: BridgeAdmission;
  readonly #refusals: RefusalLog;
  /** Of this process. */
  readonly #serverId = randomUUID();
  #supervisedToken: string | null = null;
  readonly #links = new Map<string, BridgeLink>();

  constructor(options: BridgesOptions) {
    super();
    this.setMaxListeners(0); // one listener a room that waits for a bridge
    this.#options = options;
    this.#admission = new BridgeAdmission(options);
    this.#refusals = new RefusalLog((fields, message) => options.log.info(fields, message));
    options.sockets.serve<string>(NAMESPACE, {
      admit: ({ token, network }) => this.#admission.admit(token, network),
      allowance: () => BRIDGE,
      connect: (socket, token) => this.#welcome({ socket, isSupervised: token === this.#supervisedToken }),
    });
  }

  get bridges(): readonly BridgeLink[] {
    return [...this.#links.values()];
  }

  /** The bridge beside this server comes with this token. */
  expectToken(token: string): void {
    this.#supervisedToken = token;
    this.#admission.expect(token);
  }

  /** The bridge's process has ended: it is gone at once, without the grace. */
  processEnded(bridgeId: string): void {
    this.#links.get(bridgeId)?.end('its process ended');
  }

  close(reason: string): void {
    for (const link of this.bridges) link.end(reason);
    this.#options.sockets.io.of(NAMESPACE).disconnectSockets(true);
  }

  /** Returns what to do when the bridge sends too much: it reconnects, and its programs go on. */
  #welcome(caller: Caller): (error: LianmaiError) => void {
    caller.socket.on('request', (frame: unknown, acknowledge: unknown) => {
      if (typeof acknowledge !== 'function') return;
      void this.#answer(caller, frame).then((answer) => (acknowledge as (answer: Acknowledgement<unknown>) => void)(answer));
    });
    return ({ code }) => this.#options.log.error({ code }, 'a bridge sent more than it may; its connection is closed');
  }

  /** Find → size → parse → handle; the right is the token that opened the connection. */
  async #answer(from: Caller, frame: unknown): Promise<Acknowledgement<unknown>> {
    let caller = '';
    try {
      const { name, data } = parse(RequestFrame, frame);
      if (!isCallName(name)) throw new LianmaiError('BAD_REQUEST', undefined, { message: `name: there is no request "${name}"` });
      const { maxBytes, data: schema } = bridgeCalls[name];
      if (bytesOf(frame) > maxBytes) throw new LianmaiError('TOO_LARGE', { maxBytes });
      const call = { name, data: parse<z.ZodType>(schema, data) } as BridgeCall;
      if (call.name === 'authorise') caller = `${networkOf(call.data.ip)} ${streamKey(call.data)}`;
      return { ok: true, data: await this.#run(from, call) };
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      const { log } = this.#options;
      if (error.code === 'INTERNAL' || error.code === 'DISK_FULL') log.error({ err: error.cause ?? error }, 'a request of a bridge failed');
      // Anybody can have players and encoders refused.
      else this.#refusals.note(`${error.code} ${caller}`, { code: error.code, reason: error.message }, 'a request of a bridge was refused');
      return { ok: false, error: error.toWire() };
    }
  }

  async #run(caller: Caller, call: BridgeCall): Promise<object> {
    switch (call.name) {
      case 'hello':
        return this.#hello(caller, call.data);
      case 'authorise':
        return await this.#options.authorise(call.data);
      case 'fetchAsset':
        return { bytes: await this.#options.fetchAsset(call.data.assetId) };
    }
  }

  #hello({ socket, isSupervised }: Caller, hello: BridgeHello): object {
    const { log, requestTimeoutMs = DEFAULTS.requestTimeoutMs } = this.#options;
    const graceMs = isSupervised ? SUPERVISED_GRACE_MS : (this.#options.graceMs ?? DEFAULTS.graceMs);
    const link = this.#links.get(hello.bridgeId) ?? this.#add(new BridgeLink({ hello, log, requestTimeoutMs, graceMs }));
    link.connect(socket, hello);
    this.emit('bridgeConnected', link);
    return { serverId: this.#serverId };
  }

  #add(link: BridgeLink): BridgeLink {
    this.#links.set(link.id, link);
    link.once('gone', () => this.#links.delete(link.id));
    return link;
  }
}
