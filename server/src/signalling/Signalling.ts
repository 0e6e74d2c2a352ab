import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Log } from '@lianmai/kit';
import { ERRORS, LianmaiError, toLianmaiError, type JoinClaims } from '@lianmai/protocol';
import { Server, type Socket } from 'socket.io';
import { ClientConnection } from './ClientConnection.js';
import type { Services } from './contract.js';
import { dispatch, type DispatchOptions } from './dispatch.js';
import { RequestLimits } from './RequestLimits.js';

/** A 4 MB picture plus its envelope. */
const MAX_FRAME_BYTES = 5 * 1024 * 1024;
/** A lost network is noticed within the sum of both. */
const PING_INTERVAL_MS = 4000;
const PING_TIMEOUT_MS = 6000;

/** Creates the socket server for pages (`/`) and bridges (`/bridge`). */
export function createSocketServer(http: HttpServer | HttpsServer): Server {
  return new Server(http, {
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: 10_000,
    // Other upgrades may belong to the origin, which can take a while; the rest are closed after this time.
    destroyUpgradeTimeout: 65_000,
    // Every handshake carries a token and cookies are ignored, so any page may connect, as any other client can.
    cors: { origin: true },
  });
}

export interface SignallingOptions {
  io: Server;
  services: Services;
  /** Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
  verify(token: unknown): JoinClaims;
  /** Returns the page's IP address from its handshake. */
  addressOf(handshake: IncomingMessage): string;
  log: Log;
}

/** Connects pages to rooms: accepts sockets with a valid token and passes each frame to `dispatch`. */
export class Signalling {
  readonly #options: SignallingOptions;
  readonly #dispatch: DispatchOptions;
  readonly #connections = new Set<ClientConnection>();
  /** Claims from each socket's token. */
  readonly #claims = new WeakMap<Socket, JoinClaims>();
  #isClosed = false;

  constructor(options: SignallingOptions) {
    const { io, services, log } = options;
    this.#options = options;
    this.#dispatch = { services, limits: new RequestLimits(), log };
    io.use((socket, next) => this.#admit(socket, next));
    io.on('connection', (socket) => this.#connect(socket));
  }

  get connections(): number {
    return this.#connections.size;
  }

  #admit(socket: Socket, next: (error?: Error & { data?: unknown }) => void): void {
    try {
      if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
      const token: unknown = socket.handshake.auth['token'];
      this.#claims.set(socket, this.#options.verify(token));
      next();
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (ERRORS[error.code].blame === 'us') this.#options.log.error({ err: error.cause ?? error }, 'handshake failed');
      next(Object.assign(new Error(error.message), { data: error.toWire() }));
    }
  }

  #connect(socket: Socket): void {
    const claims = this.#claims.get(socket);
    if (!claims) {
      socket.disconnect(true);
      return;
    }
    const connection = new ClientConnection(claims, {
      address: this.#options.addressOf(socket.request),
      emit: (name, data, { isVolatile }) => void (isVolatile ? socket.volatile : socket).emit('event', { name, data }),
      hangUp: () => void socket.disconnect(true),
    });
    this.#connections.add(connection);
    socket.on('request', (frame: unknown, reply: unknown) => void this.#answer(connection, frame, reply));
    socket.on('disconnect', () => {
      this.#connections.delete(connection);
      connection.ended();
    });
  }

  async #answer(connection: ClientConnection, frame: unknown, reply: unknown): Promise<void> {
    const acknowledgement = await dispatch(this.#dispatch, connection, frame);
    if (typeof reply === 'function') (reply as (answer: unknown) => void)(acknowledgement);
    connection.release();
  }

  /** Disconnects all sockets that their rooms have not disconnected yet. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.disconnect(new LianmaiError('SHUTTING_DOWN').toWire());
  }
}
