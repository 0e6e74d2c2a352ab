import { createSocket } from 'node:dgram';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { asListenError, ConfigError, listenOrThrow } from '@lianmai/kit';
import type { Certificate } from './certificate.js';

export interface HttpListenerOptions {
  port: number;
  host: string;
  certificate: Certificate | null;
  /** How an operator chooses another port, for the message when this one is taken. */
  option: string;
}

/** Who has not said within this time what they want is cut off; a body (a picture for a scene) may take longer. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 120_000, connectionsCheckingInterval: 2500 };
const HANDSHAKE_MS = 10_000;

/** One listening address. It answers /healthz from the first moment, and everything else once `handle` has said who does. */
export class HttpListener {
  readonly server: Server | SecureServer;
  readonly port: number;
  #listener: RequestListener = answerWhileStarting;

  private constructor(server: Server | SecureServer, port: number) {
    this.server = server;
    this.port = port;
  }

  /** ConfigError when the address cannot be had. */
  static async open(options: HttpListenerOptions): Promise<HttpListener> {
    const { certificate, port, host, option } = options;
    const server = certificate ? secureServer(certificate) : createServer(PATIENCE);
    const front = new HttpListener(server, await listenOrThrow(server, { port, host, option }));
    server.on('request', (request, response) => front.#listener(request, response));
    // Half a request, or none at all: cut off without ceremony.
    server.on('clientError', (_error, socket) => socket.destroy());
    return front;
  }

  handle(listener: RequestListener): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** ConfigError unless this machine lets us have the TCP port now: for ports that another process of ours will open. */
export async function assertPortIsFree(port: number, host: string, option: string): Promise<void> {
  if (port === 0) return;
  const probe = await HttpListener.open({ port, host, certificate: null, option });
  await probe.close();
}

/** The same of a UDP port. */
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
    throw new ConfigError(`The certificate and key cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const answerWhileStarting: RequestListener = (request, response) => {
  const isHealth = request.url === '/healthz';
  response.writeHead(isHealth ? 200 : 503, { 'Content-Type': 'application/json', 'Retry-After': '1' });
  const error = { code: 'SHUTTING_DOWN', message: 'The server is starting.' };
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { status: 'starting', error }));
};
