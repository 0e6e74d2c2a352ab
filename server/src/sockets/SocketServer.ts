import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { networkOf } from '@lianmai/kit';
import { toLianmaiError, type LianmaiError } from '@lianmai/protocol';
import { Server, type Socket } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { MAX_MESSAGE_BYTES, type Allowance } from './allowances.js';
import { ConnectionBudget, type Connection } from './ConnectionBudget.js';
import { MeasuringDecoder } from './MeasuringDecoder.js';
import { NetworkLimits, type Place } from './NetworkLimits.js';

/** A lost network is noticed within the sum of both. */
const PING_INTERVAL_MS = 4000;
const PING_TIMEOUT_MS = 6000;
/** A connection that has not shown its token by then is closed. */
const CONNECT_TIMEOUT_MS = 10_000;
const PATH = '/socket.io/';

export interface SocketServerOptions {
  /** Returns the caller's address, behind any trusted proxies. */
  addressOf(request: IncomingMessage): string;
}

/** A kind of peer, with a namespace of its own. */
export interface Peers<T> {
  /** Returns whom the token proves, or throws the typed error with which the connection is refused and closed. */
  admit(peer: { token: unknown; network: string }): T | Promise<T>;
  /** The allowance of the connection from now on. */
  allowance(admitted: T): Allowance;
  /** Serves the connection. Returns how to tell the peer that it sent too much; the connection closes afterwards. */
  connect(socket: Socket, admitted: T, network: string): (error: LianmaiError) => void;
}

interface Held {
  budget: ConnectionBudget;
  network: string;
  place: Place | undefined;
}

/** Serves the WebSockets of pages (`/`) and bridges (`/bridge`), within limits for each connection and each network from the first byte. */
export class SocketServer {
  readonly io: Server;
  readonly #options: SocketServerOptions;
  readonly #limits = new NetworkLimits();
  readonly #places = new WeakMap<IncomingMessage, Place>();
  readonly #held = new WeakMap<Connection, Held>();

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.io = new Server({
      serveClient: false,
      // Long polling would let one POST carry thousands of packets.
      transports: ['websocket'],
      allowUpgrades: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      parser: { Encoder, Decoder: MeasuringDecoder },
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // The listener answers upgrades to other paths.
      destroyUpgrade: false,
      allowRequest: (request, decide) =>
        void this.#mayConnect(request).then((isAllowed) => decide(isAllowed ? null : 'RATE_LIMITED', isAllowed)),
    });
  }

  /** Whether the URL of an upgrade is one of these sockets. */
  static serves(url: string): boolean {
    return url.startsWith(PATH);
  }

  /** Serves sockets on one more listener. */
  attach(http: HttpServer | HttpsServer): void {
    this.io.attach(http);
    this.io.engine.on('connection', (connection: Connection) => this.#hold(connection));
  }

  serve<T>(namespace: string, peers: Peers<T>): void {
    const admitted = new WeakMap<Socket, { peer: T }>();
    const sockets = this.io.of(namespace);
    sockets.use((socket, next) => {
      this.#admit(socket, peers).then(
        (peer) => {
          admitted.set(socket, { peer });
          next();
        },
        (thrown: unknown) => this.#refuse(socket, thrown, next),
      );
    });
    sockets.on('connection', (socket) => {
      const found = admitted.get(socket);
      if (!found) throw new Error('a socket that was not admitted');
      const { budget, network } = this.#heldBy(socket);
      budget.admit(peers.allowance(found.peer), peers.connect(socket, found.peer, network));
    });
  }

  /** Sends to all of a namespace's sockets in a group; each message is encoded once. */
  sendToGroup(namespace: string, group: string, ...message: [event: string, data: unknown]): void {
    this.io
      .of(namespace)
      .to(group)
      .emit(...message);
  }

  async close(): Promise<void> {
    await this.io.close();
  }

  async #mayConnect(request: IncomingMessage): Promise<boolean> {
    const place = await this.#limits.take(this.#networkOf(request));
    if (!place) return false;
    this.#places.set(request, place);
    // The socket's end frees the place, whether the upgrade succeeded or not.
    request.socket.once('close', () => place.closed());
    if (request.socket.destroyed) place.closed();
    return true;
  }

  #hold(connection: Connection): void {
    const network = this.#networkOf(connection.request);
    this.#held.set(connection, { budget: new ConnectionBudget(connection), network, place: this.#places.get(connection.request) });
  }

  async #admit<T>(socket: Socket, peers: Peers<T>): Promise<T> {
    const { network, place } = this.#heldBy(socket);
    const peer = await peers.admit({ token: socket.handshake.auth['token'], network });
    place?.admitted();
    return peer;
  }

  /** Closes the connection once it has the error: it may not try again for nothing. */
  #refuse(socket: Socket, thrown: unknown, next: (error: Error & { data?: unknown }) => void): void {
    const error = toLianmaiError(thrown);
    next(Object.assign(new Error(error.message), { data: error.toWire() }));
    setImmediate(() => this.#heldBy(socket).budget.end());
  }

  #heldBy({ conn }: Socket): Held {
    const held = this.#held.get(conn);
    if (!held) throw new Error('a socket without its connection');
    return held;
  }

  #networkOf(request: IncomingMessage): string {
    return networkOf(this.#options.addressOf(request));
  }
}
