import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Closable } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { resolvePublic } from './resolvePublic.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** A forward proxy on loopback for FFmpeg's HTTP. Redirects, playlists and segments may name any host; the proxy checks each before it connects. */
export class GuardedProxy implements Closable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => this.#track(socket));
  }

  static async open(allowPrivate: boolean): Promise<GuardedProxy> {
    const server = createServer((request, response) => void forward(request, response, allowPrivate));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const proxy = new GuardedProxy(server);
    server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => void tunnel(request, { socket, head }, allowPrivate));
    return proxy;
  }

  async close(_reason: string): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }
}

async function forward(request: IncomingMessage, response: ServerResponse, allowPrivate: boolean): Promise<void> {
  try {
    const url = new URL(request.url ?? '');
    const host = await resolvePublic(url.hostname, allowPrivate);
    const { 'proxy-connection': _, ...passed }: Record<string, string | string[] | undefined> = request.headers;
    const headers = { ...passed, host: url.host };
    const options = { host, port: url.port || 80, path: `${url.pathname}${url.search}`, method: request.method, headers, setHost: false };
    const upstream = httpRequest({ ...options, timeout: CONNECT_TIMEOUT_MS }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    upstream.on('timeout', () => upstream.destroy(new Error('timeout')));
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  } catch (error) {
    if (!response.headersSent) response.writeHead(toLianmaiError(error).code === 'FORBIDDEN' ? 403 : 502).end();
  }
}

async function tunnel(request: IncomingMessage, { socket, head }: { socket: Socket; head: Buffer }, allowPrivate: boolean): Promise<void> {
  socket.on('error', () => undefined);
  try {
    const url = new URL(`http://${request.url ?? ''}`);
    const host = await resolvePublic(url.hostname, allowPrivate);
    const upstream = connect({ host, port: Number(url.port || 443), timeout: CONNECT_TIMEOUT_MS });
    upstream.once('connect', () => {
      upstream.setTimeout(0);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('timeout', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  } catch (error) {
    socket.end(`HTTP/1.1 ${toLianmaiError(error).code === 'FORBIDDEN' ? '403 Forbidden' : '502 Bad Gateway'}\r\n\r\n`);
  }
}
