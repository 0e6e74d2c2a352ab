import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Closable } from '@lianmai/kit';
import { toLianmaiError, type LianmaiError } from '@lianmai/protocol';
import { openTcp, requestHttp, type AddressGuard } from '../runtime/outbound/index.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** A forward proxy on loopback for FFmpeg's HTTP. Redirects, playlists and segments may name any host; the proxy checks each before it connects. */
export class GuardedProxy implements Closable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #guard: AddressGuard;
  readonly #onFailure: (error: LianmaiError) => void;

  private constructor(server: Server, guard: AddressGuard, onFailure: (error: LianmaiError) => void) {
    this.#server = server;
    this.#guard = guard;
    this.#onFailure = onFailure;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => this.#track(socket));
    server.on('request', (request, response) => void this.#forward(request, response));
    server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => void this.#tunnel(request, socket, head));
  }

  /** `onFailure` is told of hosts that may not or cannot be connected to. */
  static async open(guard: AddressGuard, onFailure: (error: LianmaiError) => void): Promise<GuardedProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return new GuardedProxy(server, guard, onFailure);
  }

  async close(_reason: string): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '');
      const host = await this.#guard.check(url.hostname);
      const { 'proxy-connection': _, ...passed }: Record<string, string | string[] | undefined> = request.headers;
      const headers = { ...passed, host: url.host };
      const options = { port: url.port || 80, path: `${url.pathname}${url.search}`, method: request.method, headers, setHost: false };
      const upstream = requestHttp(host, { ...options, timeout: CONNECT_TIMEOUT_MS }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
      upstream.on('timeout', () => upstream.destroy(new Error('timeout')));
      response.on('close', () => upstream.destroy());
      request.pipe(upstream);
    } catch (error) {
      const status = this.#statusFor(error);
      if (!response.headersSent) response.writeHead(status).end();
    }
  }

  async #tunnel(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    try {
      const url = new URL(`http://${request.url ?? ''}`);
      const host = await this.#guard.check(url.hostname);
      const upstream = await openTcp(host, { port: Number(url.port || 443), signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      if (socket.destroyed) {
        upstream.destroy();
        return;
      }
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    } catch (error) {
      socket.end(this.#statusFor(error) === 403 ? 'HTTP/1.1 403 Forbidden\r\n\r\n' : 'HTTP/1.1 502 Bad Gateway\r\n\r\n');
    }
  }

  #statusFor(error: unknown): 403 | 502 {
    const failure = toLianmaiError(error);
    this.#onFailure(failure);
    return failure.code === 'ADDRESS_FORBIDDEN' ? 403 : 502;
  }
}
