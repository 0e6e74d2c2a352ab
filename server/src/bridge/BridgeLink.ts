import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  BRIDGE_EVENT_MAX_BYTES,
  bridgeEvents,
  bridgeRequests,
  LianmaiError,
  WireError,
  type BridgeEventName,
  type BridgeRequestInput,
  type BridgeRequestName,
  type BridgeRequestReply,
} from '@lianmai/protocol';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { bytesOf } from '../sockets/index.js';
import type { Bridge, BridgeEvents, BridgeHello, CoreReservation } from './contract.js';
import { CoreReservations } from './CoreReservations.js';

export interface BridgeLinkOptions {
  hello: BridgeHello;
  log: Log;
  requestTimeoutMs: number;
  /** How long the socket may stay away, ms. */
  graceMs: number;
}

/** Requests that wait for more than a message: an encoder that starts, outputs that end cleanly, a stream that says what it is. */
const PATIENT: ReadonlySet<BridgeRequestName> = new Set(['startProgram', 'stopProgram', 'startSfuFeed']);
const PATIENCE = 3;

const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: WireError }),
]);
const EventFrame = z.object({ name: z.string().max(64), data: z.unknown() });
const isEventName = (name: string): name is BridgeEventName => Object.hasOwn(bridgeEvents, name);

/** One bridge over the sockets it has one after another. */
export class BridgeLink extends EventEmitter<BridgeEvents> implements Bridge {
  readonly id: string;
  readonly #options: BridgeLinkOptions;
  readonly #log: Log;
  #hello: BridgeHello;
  #socket: Socket | null = null;
  #state: Bridge['state'] = 'disconnected';
  #graceTimer: NodeJS.Timeout | undefined;
  readonly #cores = new CoreReservations();

  constructor(options: BridgeLinkOptions) {
    super();
    this.setMaxListeners(0); // one listener a program
    this.#options = options;
    this.#hello = options.hello;
    this.id = options.hello.bridgeId;
    this.#log = options.log.child({ bridge: this.id });
  }

  get state(): Bridge['state'] {
    return this.#state;
  }

  get hello(): BridgeHello {
    return this.#hello;
  }

  get reservedCores(): number {
    return this.#cores.total;
  }

  /** A socket of this bridge said hello. */
  connect(socket: Socket, hello: BridgeHello): void {
    const isAgain = this.#socket !== null || this.#graceTimer !== undefined;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    const earlier = this.#socket;
    this.#socket = socket;
    // After it has been replaced: the end of a socket that is still ours starts the grace.
    if (earlier !== socket) earlier?.disconnect(true);
    this.#hello = hello;
    this.#state = 'connected';
    if (earlier !== socket) this.#listen(socket);
    this.#log.info({ programs: hello.programs.length, isAgain }, 'bridge connected');
    if (isAgain) this.emit('reconnected', hello);
  }

  #listen(socket: Socket): void {
    socket.on('event', (frame: unknown) => this.#receive(frame));
    socket.once('disconnect', (reason) => this.#afterDisconnect(socket, reason));
  }

  /** It will not come back. */
  end(reason: string): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    clearTimeout(this.#graceTimer);
    this.#socket?.disconnect(true);
    this.#socket = null;
    this.#log.warn({ reason }, 'bridge is gone');
    this.emit('gone', reason);
  }

  get isShortOfCpu(): boolean {
    return this.#cores.isShort;
  }

  reserve(cores: number): CoreReservation {
    return this.#cores.reserve(cores);
  }

  async request<N extends BridgeRequestName>(name: N, data: BridgeRequestInput<N>): Promise<BridgeRequestReply<N>> {
    const socket = this.#socket;
    if (!socket) throw new LianmaiError('BRIDGE_UNAVAILABLE');
    const timeoutMs = this.#options.requestTimeoutMs * (PATIENT.has(name) ? PATIENCE : 1);
    const answer = Answer.safeParse(await ask(socket, { name, data }, timeoutMs));
    if (answer.success && !answer.data.ok) throw LianmaiError.fromWire(answer.data.error);
    const reply = answer.success && answer.data.ok ? bridgeRequests[name].reply.safeParse(answer.data.data) : null;
    if (!reply?.success)
      throw new LianmaiError('INTERNAL', undefined, { cause: new Error(`the bridge's answer to ${name} does not fit the protocol`) });
    // The schema of this very name: TypeScript does not follow an indexed lookup into its union.
    return reply.data as BridgeRequestReply<N>;
  }

  #receive(frame: unknown): void {
    const parsed = EventFrame.safeParse(frame);
    if (!parsed.success || !isEventName(parsed.data.name)) return this.#log.warn('a frame from the bridge is not an event of the protocol');
    const { name } = parsed.data;
    if (bytesOf(frame) > BRIDGE_EVENT_MAX_BYTES[name]) return this.#log.warn({ event: name }, 'an event from the bridge is too large');
    const data = bridgeEvents[name].safeParse(parsed.data.data);
    if (!data.success)
      return this.#log.warn({ event: name, issues: data.error.issues.slice(0, 3) }, 'an event from the bridge does not fit the protocol');
    (this.emit as (name: BridgeEventName, data: unknown) => boolean).call(this, name, data.data);
  }

  #afterDisconnect(socket: Socket, reason: string): void {
    if (this.#socket !== socket || this.#state === 'gone') return;
    this.#socket = null;
    this.#state = 'disconnected';
    this.#log.warn({ reason }, 'bridge disconnected');
    this.#graceTimer = setTimeout(() => this.end(`it did not come back within ${this.#options.graceMs} ms`), this.#options.graceMs).unref();
    this.emit('disconnected');
  }
}

/** Asks and waits; a socket that closes meanwhile will not answer any more. */
async function ask(socket: Socket, frame: { name: string; data: unknown }, timeoutMs: number): Promise<unknown> {
  let giveUp = () => {};
  const closed = new Promise<never>((_, reject) => {
    giveUp = () => reject(new LianmaiError('BRIDGE_UNAVAILABLE'));
    socket.once('disconnect', giveUp);
  });
  const answered = (socket.timeout(timeoutMs).emitWithAck('request', frame) as Promise<unknown>).catch((cause: unknown) => {
    throw new LianmaiError('TIMEOUT', undefined, { message: `The bridge did not answer ${frame.name} in time.`, cause });
  });
  try {
    return await Promise.race([answered, closed]);
  } finally {
    socket.off('disconnect', giveUp);
  }
}
