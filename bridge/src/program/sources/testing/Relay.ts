import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The fate of a datagram: it is delivered once after each of these delays; empty means lost. */
export type Fate = (datagram: Buffer, index: number) => readonly number[];

/** A bad network inside this process: datagrams to `port` are passed on to `targetPort`, dropped or delayed. */
export class Relay {
  readonly port: number;
  fate: Fate = () => [0];
  readonly #socket: Socket;

  private constructor(socket: Socket, targetPort: number) {
    this.#socket = socket;
    this.port = socket.address().port;
    let index = 0;
    socket.on('message', (datagram) => {
      for (const delayMs of this.fate(datagram, index++)) this.#send(datagram, targetPort, delayMs);
    });
  }

  static async create(targetPort: number): Promise<Relay> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Relay(socket, targetPort);
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
