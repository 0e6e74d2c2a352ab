import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline, type Transform } from 'node:stream';
import type { Closable } from '@lianmai/kit';
import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { openTcp, type CheckedHost } from '../runtime/outbound/index.js';

export interface RelayOptions {
  host: CheckedHost;
  port: number;
  /** Speak TLS to the source; FFmpeg's side stays plain. */
  isTls: boolean;
  /** Changes what the source says. Default: nothing. */
  filterAnswers?: () => Transform;
  /** Why the source could not be reached, or why its answers were not passed on. */
  onFailure: (error: LianmaiError) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** A TCP port on loopback that leads to one checked host, so that FFmpeg never connects to a source itself. */
export class Relay implements Closable {
  /** `127.0.0.1:port` */
  readonly place: string;
  readonly #server: Server;
  readonly #options: RelayOptions;
  readonly #sockets = new Set<Socket>();
  readonly #stop = new AbortController();

  private constructor(server: Server, options: RelayOptions) {
    this.#server = server;
    this.#options = options;
    this.place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => void this.#carry(client));
  }

  static async open(options: RelayOptions): Promise<Relay> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return new Relay(server, options);
  }

  async close(reason: string): Promise<void> {
    this.#stop.abort(new Error(reason));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #carry(client: Socket): Promise<void> {
    this.#track(client);
    try {
      const source = this.#track(await this.#connect());
      const onEnd = (error: Error | null | undefined) => this.#fail(error);
      const { filterAnswers } = this.#options;
      pipeline(client, source, onEnd);
      pipeline(filterAnswers ? [source, filterAnswers(), client] : [source, client], onEnd);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(toLianmaiError(error));
      client.destroy();
    }
  }

  #connect(): Promise<Socket> {
    const { host, port, isTls } = this.#options;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
    // Cameras sign their certificates themselves.
    return openTcp(host, { port, tls: isTls ? { verify: false } : undefined, signal });
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }

  /** A connection that breaks off is FFmpeg's to report; only what we refused is ours. */
  #fail(error: unknown): void {
    if (error instanceof LianmaiError) this.#options.onFailure(error);
  }
}
