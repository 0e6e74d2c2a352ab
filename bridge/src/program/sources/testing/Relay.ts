import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { nowMs } from '../../../runtime/index.js';

/** The fate of a datagram: it is delivered once after each of these delays; empty means lost. */
export type Fate = (datagram: Buffer, index: number) => readonly number[];

/** Media is sent every 20 ms. A longer pause than this means that the machine was busy, so that what is played may lack something. */
const STEADY_GAP_MS = 60;
const STEADY_FOR_MS = 800;

/** A bad network inside this process: datagrams to `port` are passed on to `targetPort`, dropped or delayed. */
export class Relay {
  readonly port: number;
  fate: Fate = () => [0];
  readonly #socket: Socket;
  readonly #arrivalsMs: number[] = [];

  private constructor(socket: Socket, targetPort: number) {
    this.#socket = socket;
    this.port = socket.address().port;
    let index = 0;
    socket.on('message', (datagram) => {
      this.#arrivalsMs.push(nowMs());
      for (const delayMs of this.fate(datagram, index++)) this.#send(datagram, targetPort, delayMs);
    });
  }

  static async create(targetPort: number): Promise<Relay> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Relay(socket, targetPort);
  }

  /** Whether datagrams kept coming in time before `atMs` (`nowMs`): the sender and this process had enough CPU. */
  wasSteady(atMs: number): boolean {
    const recent = this.#arrivalsMs.filter((arrivedMs) => arrivedMs > atMs - STEADY_FOR_MS && arrivedMs <= atMs);
    const moments = [atMs - STEADY_FOR_MS, ...recent, atMs];
    return moments.slice(1).every((ms, index) => ms - moments[index]! <= STEADY_GAP_MS);
  }

  close(): void {
    this.#socket.close();
  }

  #send(datagram: Buffer, port: number, delayMs: number): void {
    const send = () => this.#socket.send(datagram, port, '127.0.0.1', () => undefined);
    if (delayMs === 0) return send();
    setTimeout(() => {
      try {
        send();
      } catch {
        // The relay has been closed in the meantime.
      }
    }, delayMs);
  }
}
