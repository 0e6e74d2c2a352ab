import { createSocket, type Socket } from 'node:dgram';

export interface Network {
  /** Share of datagrams lost in each direction. */
  loss: number;
  /** The largest random delay, ms; datagrams may overtake one another. */
  jitterMs: number;
  seed: number;
}

/** A bad network between one caller and a port of this machine. Seeded, so it is the same every time. */
export class Relay {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #network: Network;
  readonly #random: () => number;
  #callerPort = 0;
  #isClosed = false;

  private constructor(front: Socket, back: Socket, targetPort: number, network: Network) {
    this.#front = front;
    this.#back = back;
    this.#network = network;
    this.#random = seededRandom(network.seed);
    front.on('message', (datagram, { port }) => {
      this.#callerPort = port;
      this.#carry(() => back.send(datagram, targetPort, '127.0.0.1'));
    });
    back.on('message', (datagram) => this.#carry(() => front.send(datagram, this.#callerPort, '127.0.0.1')));
  }

  static async open(targetPort: number, network: Network): Promise<Relay> {
    return new Relay(await bind(), await bind(), targetPort, network);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    this.#isClosed = true;
    this.#front.close();
    this.#back.close();
  }

  #carry(deliver: () => void): void {
    const { loss, jitterMs } = this.#network;
    if (this.#random() < loss) return;
    setTimeout(() => {
      if (!this.#isClosed) deliver();
    }, this.#random() * jitterMs);
  }
}

export async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

export async function freeUdpPort(): Promise<number> {
  const socket = await bind();
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

/** The mulberry32 generator. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
