import { createSocket, type Socket } from 'node:dgram';
import type { Closable, Log } from '@lianmai/kit';
import { nowMs } from '../../runtime/index.js';

/** Maximum burst; holds a key frame of an ordinary stream. */
const BURST_BYTES = 96 * 1024;
/** Pace after a burst, 48 Mbit/s: more than any stream, and slow enough that the receiving socket loses nothing. */
const BYTES_PER_MS = 6000;
const TICK_MS = 4;
/** Two seconds at this pace; a receiver never falls this far behind. */
const MAX_QUEUE_BYTES = 12 * 1024 * 1024;

/** A UDP socket that paces packets so that the receiver can keep up. */
export class PacedSocket implements Closable {
  readonly #socket: Socket;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #budgetBytes = BURST_BYTES;
  #filledAtMs = nowMs();
  #timer: NodeJS.Timeout | undefined;
  #target: { ip: string; port: number } | null = null;
  #closing: Promise<void> | undefined;

  private constructor(socket: Socket, onDatagram: (datagram: Buffer) => void) {
    this.#socket = socket;
    socket.on('message', onDatagram);
  }

  static async open(ip: string, onDatagram: (datagram: Buffer) => void, log: Log): Promise<PacedSocket> {
    const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, ip, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', (error) => log.debug({ err: error }, 'RTP socket'));
    return new PacedSocket(socket, onDatagram);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  setTarget(target: { ip: string; port: number }): void {
    this.#target = target;
  }

  /** Sends in order. Beyond what the receiver could ever catch up with, the oldest packets are dropped. */
  send(packets: readonly Buffer[]): void {
    if (this.#closing) return;
    for (const packet of packets) {
      this.#queue.push(packet);
      this.#queuedBytes += packet.length;
    }
    while (this.#queuedBytes > MAX_QUEUE_BYTES) this.#queuedBytes -= this.#queue.shift()?.length ?? 0;
    if (!this.#timer) this.#flush();
  }

  /** Sends ahead of the queue, because reports describe the present. */
  sendNow(packet: Buffer): void {
    if (!this.#closing && this.#target) this.#socket.send(packet, this.#target.port, this.#target.ip, ignore);
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#closing ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closing;
  }

  #flush(): void {
    this.#timer = undefined;
    const atMs = nowMs();
    this.#budgetBytes = Math.min(BURST_BYTES, this.#budgetBytes + (atMs - this.#filledAtMs) * BYTES_PER_MS);
    this.#filledAtMs = atMs;
    let sent = 0;
    for (let packet = this.#queue[0]; packet && this.#budgetBytes > 0; packet = this.#queue[++sent]) {
      this.#budgetBytes -= packet.length;
      this.#queuedBytes -= packet.length;
      this.sendNow(packet);
    }
    this.#queue.splice(0, sent);
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#flush(), TICK_MS);
  }
}

/** Send errors mean that the receiver is gone; the server will tell us, or its reports stop. */
const ignore = () => undefined;
