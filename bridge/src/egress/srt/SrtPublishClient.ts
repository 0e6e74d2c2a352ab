import { isIPv6 } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import type { AddressGuard } from '../../runtime/outbound/index.js';
import {
  SrtCaller,
  MediaRate,
  openUdpSocket,
  PacedQueue,
  TsPayloads,
  type SrtConnection,
  type EndReason,
  type Rejection,
  type UdpSocket,
} from '../../media/protocols/srt/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { PublishClient } from '../deliver.js';
import type { SrtTarget } from './srtUrl.js';

const TICK_MS = 10;
/** Queue for a destination that lags, before its first acknowledgement and after its last. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

interface PublishClientOptions {
  guard: AddressGuard;
  /** From the look-up of the host until the stream is accepted. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** Sends one stream to an SRT listener, from the call to the goodbye. */
export class SrtPublishClient implements PublishClient {
  readonly #socket: UdpSocket;
  readonly #lost = new AbortController();
  readonly #payloads = new TsPayloads();
  readonly #rate = new MediaRate();
  readonly #timer: NodeJS.Timeout;
  #onConnected: () => void = () => undefined;
  #caller: SrtCaller | null = null;
  #connection: SrtConnection | null = null;
  #queue: PacedQueue;
  #onTick: (() => void)[] = [];

  private constructor(socket: UdpSocket) {
    this.#socket = socket;
    this.#queue = new PacedQueue((payload) => this.#connection?.send(payload, now()), now());
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Resolves when the destination has accepted the stream. */
  static async open(target: SrtTarget, { guard, timeoutMs, signal }: PublishClientOptions): Promise<SrtPublishClient> {
    signal.throwIfAborted();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { address } = await guard.check(target.host, limit).catch(reasonOf);
    const host = isIPv6(address) ? '::' : '0.0.0.0';
    let receive: (datagram: Buffer) => void = () => undefined;
    const isPeer = (from: { address: string; port: number }) => from.address === address && from.port === target.port;
    const socket = await openUdpSocket({ port: 0, host, onMessage: (datagram, from) => isPeer(from) && receive(datagram) });
    const client = new SrtPublishClient(socket);
    receive = (datagram) => client.#caller?.receive(datagram);
    try {
      await client.#call(target, address, limit);
      return client;
    } catch (error) {
      await client.close();
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** Aborts with a LianmaiError when the client can no longer be used. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get bytesSent(): number {
    return this.#connection?.sender?.stats.acknowledgedBytes ?? 0;
  }

  get queuedBytes(): number {
    return this.#queue.queuedBytes + (this.#connection?.sender?.stats.unacknowledgedBytes ?? 0);
  }

  send(tags: readonly MediaTag[]): void {
    let bytes = 0;
    for (const payload of this.#payloads.push(tags)) {
      bytes += payload.bytes.length;
      this.#queue.push(payload.bytes);
    }
    this.#rate.add(tags.findLast((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs, bytes);
    this.#queue.drain(this.#rate.bytesPerSecond, now());
  }

  /** Resolves when there is room for more. */
  async drained(signal: AbortSignal): Promise<void> {
    while (this.#queue.queuedBytes > MAX_QUEUED_BYTES) await this.#ticks(signal);
  }

  /** Waits until everything sent has arrived. */
  async end(withinMs: number, signal?: AbortSignal): Promise<void> {
    const timeout = AbortSignal.timeout(withinMs);
    const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
    while (this.queuedBytes > 0 && !limit.aborted && !this.lost.aborted) await this.#ticks(limit).catch(() => undefined);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#caller?.close();
    await this.#socket.close();
    for (const resolve of this.#onTick.splice(0)) resolve();
  }

  async #call(target: SrtTarget, address: string, limit: AbortSignal): Promise<void> {
    const { streamId, passphrase, keyBytes, latencyMs, port } = target;
    this.#caller = await SrtCaller.create({
      ...{ streamId: streamId.reveal(), passphrase: passphrase?.reveal() ?? null, keyBytes, latencyMs, now },
      direction: 'out',
      peerAddress: address,
      send: (parts) => this.#socket.send(parts, { address, port }),
      onConnected: (connection) => {
        this.#connection = connection;
        this.#onConnected();
      },
      onRefused: (rejection) => this.#lose(refused(rejection)),
      onEnd: (reason) => this.#lose(ended(reason)),
    });
    const connected = this.#whenConnected(AbortSignal.any([this.lost, limit]));
    this.#caller.tick();
    await connected.catch(reasonOf);
  }

  /** Rejects with the reason of `signal` when that aborts first. */
  #whenConnected(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      this.#onConnected = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #tick(): void {
    this.#caller?.tick();
    if (this.#connection) this.#queue.drain(this.#rate.bytesPerSecond, now());
    for (const resolve of this.#onTick.splice(0)) resolve();
  }

  async #ticks(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => this.#onTick.push(resolve));
  }

  #lose(reason: LianmaiError): void {
    if (!this.lost.aborted) this.#lost.abort(reason);
  }
}

const now = () => performance.now() * 1000;

/** The only error that is not ours is the time limit's. */
function reasonOf(error: unknown): never {
  throw error instanceof LianmaiError ? error : unreachable('The destination does not answer.', error);
}

const unreachable = (message: string, cause?: unknown) => new LianmaiError('DESTINATION_UNREACHABLE', undefined, { message, cause });

const REJECTION_MESSAGES: Partial<Record<Rejection, string>> = {
  badSecret: 'The destination uses a different passphrase.',
  unsecure: 'The destination requires a passphrase, or accepts none.',
  unauthorised: 'The destination does not accept this stream id (unauthorised).',
  forbidden: 'The destination does not allow this stream id (forbidden).',
  notFound: 'The destination does not know this stream id.',
  conflict: 'Somebody else is already streaming with this stream id.',
  badRequest: 'The destination does not understand this stream id.',
  version: 'The destination uses an incompatible version of SRT.',
};
const BUSY = new Set<Rejection>(['overload', 'resource', 'backlog', 'internal']);

function refused(rejection: Rejection): LianmaiError {
  if (BUSY.has(rejection)) return unreachable('The destination is overloaded.');
  const message = REJECTION_MESSAGES[rejection] ?? `The destination refused the stream (${rejection}).`;
  return new LianmaiError('DESTINATION_REFUSED', undefined, { message });
}

function ended(reason: EndReason): LianmaiError {
  if (reason === 'deaf') return new LianmaiError('DESTINATION_STALLED');
  const message = reason === 'lost' ? 'The destination no longer answers.' : undefined;
  return new LianmaiError('DESTINATION_CLOSED', undefined, message === undefined ? {} : { message });
}
