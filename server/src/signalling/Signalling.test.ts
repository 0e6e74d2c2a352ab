import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, Secret } from '@lianmai/kit';
import { Identity, RoomId, type Acknowledgement, type AssetId, type Role } from '@lianmai/protocol';
import type { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenAuthority } from '../authorisation/index.js';
import { noStreams, testDirectory } from '../rooms/testing/index.js';
import { createSocketServer, Signalling } from './index.js';

const access = new TokenAuthority({ id: 'k', secret: new Secret('a-secret-to-sign-tokens-with-in-tests'), isDevelopment: false });
const token = (identity: string, role: Role = 'host', ttlSeconds = 60) =>
  access.mintJoinToken({ identity: Identity.parse(identity), name: identity, grants: { room: RoomId.parse('r1'), role }, ttlSeconds })
    .token;

let http: HttpServer;
let io: Server;
let signalling: Signalling;
let rooms: ReturnType<typeof testDirectory>['rooms'];
let sockets: Socket[] = [];

beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  ({ rooms } = testDirectory());
  io = createSocketServer(http);
  const services = {
    streams: { assertNotStream: () => Promise.resolve() },
    rooms,
    seatableStreams: noStreams,
    iceServers: [],
    saveAsset: (bytes: Uint8Array) => Promise.resolve(`a${bytes.length}` as AssetId),
  };
  signalling = new Signalling({
    io,
    services,
    verify: (given) => access.verifyJoinToken(given),
    addressOf: ({ socket }) => socket.remoteAddress ?? '',
    log: createLog('test', 'silent'),
  });
});
afterEach(async () => {
  for (const socket of sockets) socket.disconnect();
  sockets = [];
  await rooms.close('test over');
  await io.close();
});

function open(auth: object): Socket {
  const socket = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    auth,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  return socket;
}
const ask = (socket: Socket, name: string, data: unknown = {}) =>
  socket.timeout(5000).emitWithAck('request', { name, data }) as Promise<Acknowledgement<unknown>>;
async function joined(identity: string, role: Role = 'host') {
  const socket = open({ token: token(identity, role) });
  const events: { name: string; data: unknown }[] = [];
  socket.on('event', (event: { name: string; data: unknown }) => events.push(event));
  const answer = await ask(socket, 'join');
  expect(answer.ok).toBe(true);
  return { socket, events };
}
const next = (socket: Socket, event: string) => new Promise<unknown>((resolve) => socket.once(event, resolve));

describe('a handshake', () => {
  it.each([
    ['no token', {}, 'UNAUTHENTICATED'],
    ['nonsense', { token: { a: 1 } }, 'UNAUTHENTICATED'],
    ['an expired token', { token: token('a', 'host', -60) }, 'TOKEN_EXPIRED'],
  ])('[SIG-30] with %s is rejected with a typed error in its data', async (_what, auth, code) => {
    const error = (await next(open(auth), 'connect_error')) as { data?: unknown };
    expect(error.data).toMatchObject({ code });
  });
});

describe('a socket', () => {
  it('[SIG-31] sends requests, gets replies, and receives the others’ events', async () => {
    const host = await joined('host');
    await joined('viewer', 'viewer');
    await vi.waitFor(() => expect(host.events.map(({ name }) => name)).toContain('participantJoined'));
  });

  it('[SIG-32] that is lost leaves its participant reconnecting', async () => {
    const host = await joined('host');
    const guest = await joined('guest', 'guest');
    guest.socket.disconnect();
    await vi.waitFor(() => expect(host.events.at(-1)).toMatchObject({ name: 'participantChanged', data: { presence: 'reconnecting' } }));
  });

  it('[SIG-33] is told the reason before it is disconnected', async () => {
    const host = await joined('host');
    const ended = next(host.socket, 'disconnect');
    signalling.close();
    await ended;
    expect(host.events.at(-1)).toMatchObject({ name: 'disconnecting', data: { code: 'SHUTTING_DOWN' } });
    const error = (await next(open({ token: token('late') }), 'connect_error')) as { data?: unknown };
    expect(error.data).toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('[SIG-34] sends pictures as bytes up to the limit; a larger frame closes only its own socket', async () => {
    const host = await joined('host');
    expect(await ask(host.socket, 'uploadAsset', { bytes: new Uint8Array(4_000_000) })).toEqual({
      ok: true,
      data: { assetId: 'a4000000' },
    });
    const other = await joined('other');
    const ended = next(other.socket, 'disconnect');
    other.socket.emit('request', { name: 'uploadAsset', data: { bytes: new Uint8Array(6_000_000) } });
    await ended;
    expect((await ask(host.socket, 'ping')).ok).toBe(true);
  });

  it('[SIG-35] may send other events, other arguments and no acknowledgement without effect', async () => {
    const host = await joined('host');
    for (const name of ['error', 'nonsense', 'toString', '__proto__']) host.socket.emit(name, { a: 1 });
    host.socket.emit('request');
    host.socket.emit('request', 'x', 'y');
    host.socket.emit('request', { name: 'ping' }, 'not a function');
    host.socket.io.engine.write('4{"broken');
    const other = await joined('other');
    expect((await ask(other.socket, 'ping')).ok).toBe(true);
  });
});
