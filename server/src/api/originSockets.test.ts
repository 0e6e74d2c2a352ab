import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passOriginSockets } from './originSockets.js';

let front: Server;
let origin: Server;
let target: string | null;
const app = express();
const upgraded = () => once(origin, 'upgrade') as Promise<[IncomingMessage, Duplex]>;
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeEach(async () => {
  app.set('trust proxy', false);
  [front, origin] = [createServer(), createServer((_request, response) => void response.writeHead(404, { 'x-why': 'none' }).end('{}'))];
  await Promise.all([front, origin].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  target = `http://127.0.0.1:${portOf(origin)}`;
  passOriginSockets(front, app, { isApp: (name) => name === 'live', targetOf: () => target });
});
afterEach(() => {
  for (const server of [front, origin]) {
    server.close();
    server.closeAllConnections();
  }
});

function ask(path: string, more = ''): Socket {
  const socket = connect(portOf(front), '127.0.0.1').setEncoding('utf8');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: a=b\r\nSec-WebSocket-Key: k\r\n${more}\r\nearly`,
  );
  return socket;
}
const accept = (peer: Duplex) => peer.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
async function until(socket: Socket, end: string): Promise<string> {
  let text = '';
  for await (const part of socket.iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (text.endsWith(end)) return text;
  }
  return text;
}

describe('a stream’s WebSocket', () => {
  it('reaches the origin with the caller’s address but no cookies, and is relayed both ways until one side ends', async () => {
    const arrival = upgraded();
    const socket = ask('/live/cam.flv?expire=1', 'X-Forwarded-For: 9.9.9.9\r\n');
    const [request, peer] = await arrival;
    expect([request.url, request.headers['sec-websocket-key'], request.headers.cookie]).toEqual(['/live/cam.flv?expire=1', 'k', undefined]);
    expect(request.headers['x-forwarded-for']).toBe('127.0.0.1');
    accept(peer);
    peer.write('FLV');
    expect(await until(socket, 'FLV')).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n[^]*\r\n\r\nFLV$/);
    expect(await once(peer, 'data')).toEqual([Buffer.from('early')]);
    const ended = once(peer, 'end');
    socket.destroy();
    await ended;
    peer.end();
  });

  it('trusts a proxy’s address when configured to', async () => {
    app.set('trust proxy', ['loopback']);
    const arrival = upgraded();
    const socket = ask('/live/cam.flv', 'X-Forwarded-For: 9.9.9.9, 8.8.8.8\r\n');
    const [request, peer] = await arrival;
    expect(request.headers['x-forwarded-for']).toBe('8.8.8.8');
    peer.destroy();
    socket.destroy();
  });

  it('relays the origin’s rejection, and returns 503 when there is no origin', async () => {
    expect(await until(ask('/live/cam.flv'), '{}')).toMatch(/^HTTP\/1\.1 404 Not Found\r\n[^]*x-why: none[^]*\r\n\r\n\{\}$/i);
    target = null;
    expect(await until(ask('/live/cam.flv'), '\r\n\r\n')).toMatch(/^HTTP\/1\.1 503/);
    target = 'http://127.0.0.1:1';
    expect(await until(ask('/live/cam.flv'), '\r\n\r\n')).toMatch(/^HTTP\/1\.1 503/);
  });

  it('leaves other upgrades alone', async () => {
    let others = 0;
    front.on('upgrade', (request, peer) => {
      others += 1;
      peer.end(`HTTP/1.1 400 ${String(request.url)}\r\n\r\n`);
    });
    for (const path of ['/socket.io/?EIO=4', '/other/cam.flv', '/live/cam.m3u8', '/live/../cam.flv'])
      expect(await until(ask(path), '\r\n\r\n')).toContain(`400 ${path}`);
    expect(others).toBe(4);
  });
});
