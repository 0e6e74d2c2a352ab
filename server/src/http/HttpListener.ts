import { createSocket } from 'node:dgram';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { asListenError, ConfigError, listenOrThrow } from '@lianmai/kit';
import type { Certificate } from './certificate.js';
import { refuseUpgrade } from './refuseUpgrade.js';

export interface HttpListenerOptions {
  port: number;
  host: string;
  certificate: Certificate | null;
  /** How to choose another port, for the error message when this one is taken. */
  option: string;
}

/** Headers must arrive quickly; a body (such as a scene's background) may take longer. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 120_000, connectionsCheckingInterval: 2500 };
const HANDSHAKE_MS = 10_000;

/** One listening address. It answers /healthz from the start, and everything else once `handle` is called. */
export class HttpListener {
  readonly server: Server | SecureServer;
  readonly port: number;
  #listener: RequestListener = answerWhileStarting;
  readonly #served: ((url: string) => boolean)[] = [];

  private constructor(server: Server | SecureServer, port: number) {
    this.server = server;
    this.port = port;
  }

  /** Throws a ConfigError if the address is not available. */
  static async open(options: HttpListenerOptions): Promise<HttpListener> {
    const { certificate, port, host, option } = options;
    const server = certificate ? secureServer(certificate) : createServer(PATIENCE);
    const front = new HttpListener(server, await listenOrThrow(server, { port, host, option }));
    server.on('request', (request, response) => front.#listener(request, response));
    server.on('upgrade', (request, socket) => front.#onUpgrade(request.url ?? '', socket));
    // Cut off incomplete and malformed requests without a reply.
    server.on('clientError', (_error, socket) => socket.destroy());
    return front;
  }

  handle(listener: RequestListener): void {
    this.#listener = listener;
  }

  /** Leaves upgrades to these URLs to the server's other listeners. The rest are refused, because nobody else would close them. */
  passUpgrades(isServed: (url: string) => boolean): void {
    this.#served.push(isServed);
  }

  #onUpgrade(url: string, socket: Duplex): void {
    // Node takes its own listener away, and an error that nobody hears ends the process.
    socket.on('error', () => socket.destroy());
    if (this.#served.some((isServed) => isServed(url))) return;
    refuseUpgrade(socket, this.#listener === answerWhileStarting ? '503 Service Unavailable' : '404 Not Found');
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** Throws a ConfigError unless this TCP port is available, for ports that another of our processes will open. */
export async function assertPortIsFree(port: number, host: string, option: string): Promise<void> {
  if (port === 0) return;
  const probe = await HttpListener.open({ port, host, certificate: null, option });
  await probe.close();
}

/** Does the same for a UDP port. */
export async function assertUdpPortIsFree(port: number, host: string, option: string): Promise<void> {
  if (port === 0) return;
  const probe = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(asListenError(error, { port, host, option })));
    probe.bind(port, host, resolve);
  }).finally(() => probe.close());
}

function secureServer({ cert, key }: Certificate): SecureServer {
  try {
    return createSecureServer({ cert, key, ...PATIENCE, handshakeTimeout: HANDSHAKE_MS });
  } catch (error) {
    throw new ConfigError(
      `The certificate and key cannot be used (${error instanceof Error ? error.message : String(error)}). Check both files.`,
    );
  }
}

const answerWhileStarting: RequestListener = (request, response) => {
  const isHealth = request.url === '/healthz';
  response.writeHead(isHealth ? 200 : 503, { 'Content-Type': 'application/json', 'Retry-After': '1' });
  const error = { code: 'SHUTTING_DOWN', message: 'The server is starting. Try again in a moment.' };
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { status: 'starting', error }));
};
