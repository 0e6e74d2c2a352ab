import type { Log } from '@lianmai/kit';
import { effectiveGrants, ERRORS, LianmaiError, toLianmaiError, type JoinClaims } from '@lianmai/protocol';
import type { Socket } from 'socket.io';
import { bytesOf, PAGE, UPLOADING_PAGE, type SocketServer } from '../sockets/index.js';
import { ClientConnection } from './ClientConnection.js';
import { CommandLog } from './CommandLog.js';
import type { Services } from './contract.js';
import { dispatch, type DispatchOptions } from './dispatch.js';
import { RequestLimits } from './RequestLimits.js';

export interface SignallingOptions {
  sockets: SocketServer;
  services: Services;
  /** Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
  verify(token: unknown): JoinClaims;
  log: Log;
}

/** Connects pages to rooms: accepts sockets with a valid token and passes each frame to `dispatch`. */
export class Signalling {
  readonly #options: SignallingOptions;
  readonly #dispatch: DispatchOptions;
  readonly #connections = new Set<ClientConnection>();
  #isClosed = false;

  constructor(options: SignallingOptions) {
    const { sockets, services, log } = options;
    this.#options = options;
    this.#dispatch = { services, limits: new RequestLimits(), commands: new CommandLog(), log };
    sockets.serve<JoinClaims>('/', {
      admit: ({ token }) => this.#admit(token),
      allowance: ({ grants }) => (effectiveGrants(grants).live ? UPLOADING_PAGE : PAGE),
      connect: (socket, claims, network) => this.#connect(socket, claims, network),
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  #admit(token: unknown): JoinClaims {
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    try {
      return this.#options.verify(token);
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      if (ERRORS[error.code].blame === 'us') this.#options.log.error({ err: error.cause ?? error }, 'handshake failed');
      throw error;
    }
  }

  /** Returns how the page learns that it sent too much. */
  #connect(socket: Socket, claims: JoinClaims, network: string): (error: LianmaiError) => void {
    const wire = {
      emit: (name: string, data: unknown, { isVolatile }: { isVolatile: boolean }) =>
        void (isVolatile ? socket.volatile : socket).emit('event', { name, data }),
      hangUp: () => void socket.disconnect(true),
      setInGroup: (group: string, isIn: boolean) => void (isIn ? socket.join(group) : socket.leave(group)),
    };
    const connection = new ClientConnection({ claims, network, wire });
    this.#connections.add(connection);
    socket.on('request', (frame: unknown, reply: unknown) => void this.#answer(connection, frame, reply));
    socket.on('disconnect', () => {
      this.#connections.delete(connection);
      connection.ended();
    });
    return (error) => connection.disconnect(error);
  }

  async #answer(connection: ClientConnection, frame: unknown, reply: unknown): Promise<void> {
    const acknowledgement = await dispatch(this.#dispatch, connection, { frame, bytes: bytesOf(frame) });
    if (typeof reply === 'function') (reply as (answer: unknown) => void)(acknowledgement);
    connection.release();
  }

  /** Disconnects all sockets that their rooms have not disconnected yet. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.disconnect(new LianmaiError('SHUTTING_DOWN').toWire());
  }
}
