import { createSocket, type Socket } from 'node:dgram';
import { seededRandom } from './VirtualTime.js';

export interface RelayOptions {
  targetPort: number;
  seed?: number;
  /** Share of datagrams lost, each way. */
  loss?: number;
  /** Maximum random delay: datagrams overtake one another. */
  jitterMs?: number;
  /** Sees every datagram before it may be lost. */
  onDatagram?: (datagram: Buffer, direction: 'toTarget' | 'toCaller') => void;
}

/** A bad network between callers and a port of this machine. */
export class UdpRelay {
  readonly #front: Socket;
  readonly #backs = new Map<number, Socket>();
  readonly #options: RelayOptions;
  readonly #random: () => number;
  #isClosed = false;

  private constructor(front: Socket, options: RelayOptions) {
    this.#front = front;
    this.#options = options;
    this.#random = seededRandom(options.seed ?? 1);
    front.on(
      'message',
      (datagram, from) => this.#backOf(from.port) && this.#carry(datagram, 'toTarget', () => this.#toTarget(datagram, from.port)),
    );
  }

  static async open(options: RelayOptions): Promise<UdpRelay> {
    const front = createSocket('udp4');
    await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve));
    return new UdpRelay(front, options);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of [this.#front, ...this.#backs.values()]) socket.close();
  }

  #toTarget(datagram: Buffer, callerPort: number): void {
    this.#backOf(callerPort).send(datagram, this.#options.targetPort, '127.0.0.1');
  }

  #backOf(callerPort: number): Socket {
    const known = this.#backs.get(callerPort);
    if (known) return known;
    const back = createSocket('udp4');
    back.on('message', (datagram) => this.#carry(datagram, 'toCaller', () => this.#front.send(datagram, callerPort, '127.0.0.1')));
    this.#backs.set(callerPort, back);
    return back;
  }

  #carry(datagram: Buffer, direction: 'toTarget' | 'toCaller', deliver: () => void): void {
    const { loss = 0, jitterMs = 0, onDatagram } = this.#options;
    onDatagram?.(datagram, direction);
    if (this.#random() < loss) return;
    const pass = () => {
      if (!this.#isClosed) deliver();
    };
    if (jitterMs === 0) pass();
    else setTimeout(pass, this.#random() * jitterMs);
  }
}
