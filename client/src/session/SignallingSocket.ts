import {
  LianmaiError,
  WireError,
  events,
  requests,
  type Acknowledgement,
  type EventData,
  type EventName,
  type RequestInput,
  type RequestName,
  type RequestReply,
} from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';

const CONNECT_TIMEOUT_MS = 8000;
const REQUEST_TIMEOUT_MS = 10_000;

interface RequestOptions {
  timeoutMs?: number;
  /** Makes sending it again harmless: the server carries it out once. */
  id?: string;
}

export type Request = <N extends RequestName>(name: N, data: RequestInput<N>, options?: RequestOptions) => Promise<RequestReply<N>>;
export type EventListener = <N extends EventName>(name: N, data: EventData<N>) => void;

interface Handlers {
  onEvent: EventListener;
  /** The socket is gone. Not called after our own `close`. */
  onClosed(): void;
}

const EventFrame = z.object({ name: z.string(), data: z.unknown() });
const Ack = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: WireError }),
]) satisfies z.ZodType<Acknowledgement<unknown>>;

const isEventName = (name: string): name is EventName => Object.hasOwn(events, name);

/** One socket with typed requests and events, from handshake to loss. It never reconnects by itself; Connection opens the next one. */
export class SignallingSocket {
  readonly #socket: Socket;
  readonly #handlers: Handlers;
  #isClosed = false;

  private constructor(socket: Socket, handlers: Handlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('event', (frame: unknown) => this.#receive(frame));
    socket.on('disconnect', () => this.#lose());
  }

  /** Resolves once the server accepts the token. Rejects with the server's error, or with TIMEOUT if the server cannot be reached. */
  static connect(token: string, handlers: Handlers): Promise<SignallingSocket> {
    const socket = io({
      auth: { token },
      // The server takes nothing else.
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: CONNECT_TIMEOUT_MS,
    });
    const signalling = new SignallingSocket(socket, handlers);
    return new Promise((resolve, reject) => {
      // Covers what socket.io's own timeout does not: a proxy that accepts the connection and then stays silent.
      const timer = setTimeout(() => fail(new LianmaiError('TIMEOUT')), CONNECT_TIMEOUT_MS);
      const fail = (error: LianmaiError) => {
        clearTimeout(timer);
        signalling.close();
        reject(error);
      };
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(signalling);
      });
      socket.once('connect_error', (error) => fail(handshakeError(error)));
    });
  }

  readonly request: Request = async (name, data, { timeoutMs = REQUEST_TIMEOUT_MS, id } = {}) => {
    if (!this.#socket.connected) throw new LianmaiError('TIMEOUT');
    const answer: unknown = await this.#socket
      .timeout(timeoutMs)
      .emitWithAck('request', { name, data, ...(id && { id }) })
      .catch((error: unknown) => {
        throw new LianmaiError('TIMEOUT', { request: name }, { cause: error });
      });
    const ack = Ack.safeParse(answer);
    if (!ack.success) throw new LianmaiError('INTERNAL', { request: name }, { cause: ack.error });
    if (!ack.data.ok) throw LianmaiError.fromWire(ack.data.error);
    const reply = requests[name].reply.safeParse(ack.data.data);
    if (!reply.success) throw new LianmaiError('INTERNAL', { request: name }, { cause: reply.error });
    return reply.data as RequestReply<typeof name>;
  };

  /** Ends a dead connection as a loss, although nothing has reported it. */
  drop(): void {
    this.#socket.disconnect();
    this.#lose();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.disconnect();
  }

  #lose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handlers.onClosed();
  }

  #receive(value: unknown): void {
    const frame = EventFrame.safeParse(value);
    // Unknown events come from a newer server and may be ignored.
    if (this.#isClosed || !frame.success || !isEventName(frame.data.name)) return;
    const data = events[frame.data.name].safeParse(frame.data.data);
    if (data.success) this.#handlers.onEvent(frame.data.name, data.data);
  }
}

/** socket.io puts the server's error into `error.data`. Anything else means that the server was not reached. */
function handshakeError(error: Error): LianmaiError {
  const wire = WireError.safeParse('data' in error ? error.data : undefined);
  return wire.success ? LianmaiError.fromWire(wire.data) : new LianmaiError('TIMEOUT', undefined, { cause: error });
}
