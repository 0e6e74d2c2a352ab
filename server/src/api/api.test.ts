import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog, Metrics, Secret } from '@lianmai/kit';
import { CreateStream, ErrorCode, LianmaiError, LobbyRoom, RoomId, type AssetId } from '@lianmai/protocol';
import fc from 'fast-check';
import { Router } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TokenAuthority } from '../authorisation/index.js';
import { BY_API } from '../program/testing/index.js';
import { claims, FakeChannel, testDirectory } from '../rooms/testing/index.js';
import { Recordings } from '../recordings/index.js';
import { SeatableStreams } from '../streams/index.js';
import { noBridges, openStreams } from '../streams/testing/index.js';
import { createApi, openApiDocument, type ApiOptions } from './index.js';

const SECRET = 'a-secret-of-some-length-to-sign-with';
const authority = new TokenAuthority({ id: 'k', secret: new Secret(SECRET), isDevelopment: false });
const AUTHORIZATION = `Basic ${Buffer.from(`k:${SECRET}`).toString('base64')}`;
const clientDir = mkdtempSync(path.join(tmpdir(), 'lianmai-client-'));
mkdirSync(path.join(clientDir, 'assets'));
writeFileSync(path.join(clientDir, 'index.html'), '<!doctype html><title>Lianmai</title>');
writeFileSync(path.join(clientDir, 'assets', 'main-abc123.js'), 'export {};');

const ASSETS = ['r1', 'r2', null].map((room, index) => ({
  assetId: `a${index + 1}` as AssetId,
  room: room as RoomId | null,
  bytes: 4096,
  usedAtMs: index,
  isInUse: false,
}));

let { rooms } = testDirectory();
let made: Awaited<ReturnType<typeof openStreams>>;
let options: ApiOptions;
let server: Server;
let origin: Server;
let url = '';
let originUrl: string | null = null;
let isReady = false;

function makeOptions(): ApiOptions {
  ({ rooms } = testDirectory());
  return {
    authority,
    rooms,
    streams: made.streams,
    seatableStreams: new SeatableStreams(made.streams),
    recordings: new Recordings(noBridges()),
    recordingProxy: Router(),
    bridgeMetrics: {
      ids: () => ['b1'],
      metrics: (id) => (id === 'b1' ? Promise.resolve('of_bridge 1\n') : Promise.reject(new LianmaiError('NOT_FOUND'))),
    },
    assets: {
      save: (bytes) => (bytes[0] === 0x89 ? Promise.resolve('a1' as AssetId) : Promise.reject(new LianmaiError('UNSUPPORTED'))),
      list: () => ASSETS,
      delete: (id) => (id === 'a1' ? Promise.resolve() : Promise.reject(new LianmaiError('NOT_FOUND'))),
    },
    isLobbyOpen: true,
    stagePolicy: 'open',
    originUrl: null,
    originPort: 8080,
    ports: { rtmp: 1935, rtmps: null, srt: 10_080 },
    metrics: new Metrics(),
    log: createLog('test', 'silent'),
    isReady: () => isReady,
    originTarget: () => originUrl,
    clientDir,
    trustProxy: 0,
  };
}

let app: ReturnType<typeof createApi>;
beforeAll(async () => {
  made = await openStreams();
  server = createServer((request, response) => void app(request, response)).listen(0, '127.0.0.1');
  // A busy machine could otherwise reuse a connection that is about to be closed.
  server.keepAliveTimeout = 60_000;
  origin = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl', 'authority-control-allow-origin': '*' });
    response.end(`${request.method} ${request.url} for ${String(request.headers['x-forwarded-for'])}`);
  }).listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(origin, 'listening')]);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const one of [server, origin]) {
    one.close();
    one.closeAllConnections();
  }
  await made.close();
});
beforeEach(() => {
  options = makeOptions();
  app = createApi(options);
});

interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  body: any;
}
async function send(
  method: string,
  to: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${to}`, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
const call = (method: string, to: string, body?: unknown) =>
  send(method, `/api/v1${to}`, body === undefined ? undefined : JSON.stringify(body), {
    authorization: AUTHORIZATION,
    'content-type': 'application/json',
  });
const enter = async (identity: string, role: 'host' | 'guest' | 'viewer') => {
  const room = await rooms.open(RoomId.parse('r1'));
  return room.join({ claims: claims(identity, role), channel: new FakeChannel() }).participant;
};

describe('tokens', () => {
  it('[API-01] are issued with identity, name and role', async () => {
    const { status, body } = await call('POST', '/rooms/r1/tokens', {
      identity: 'u1',
      name: 'Mei 🌸',
      role: 'guest',
      publish: ['microphone'],
      liveAsStream: true,
    });
    expect(status).toBe(201);
    expect(authority.verifyJoinToken(body.token)).toMatchObject({
      sub: 'u1',
      name: 'Mei 🌸',
      grants: { room: 'r1', role: 'guest', publish: ['microphone'], liveAsStream: true },
    });
  });

  it('[API-02] return UNAUTHENTICATED without a key, as every protected call does', async () => {
    for (const [method, to] of [
      ['POST', '/rooms/r1/tokens'],
      ['GET', '/rooms'],
      ['DELETE', '/rooms/r1'],
      ['POST', '/rooms/r1/live'],
      ['POST', '/rooms/r1/live/assets'],
    ] as const) {
      const answer = await send(method, `/api/v1${to}`);
      expect([to, answer.status, answer.body.error.code]).toEqual([to, 401, 'UNAUTHENTICATED']);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
    }
  });

  it('[API-03] name the field that does not fit', async () => {
    const { status, body } = await call('POST', '/rooms/r1/tokens', { identity: 'has space', name: 'x' });
    expect([status, body.error.code, body.error.details.issues[0].path]).toEqual([400, 'BAD_REQUEST', 'identity']);
  });
});

describe('rooms', () => {
  it('[API-04] are listed, shown and closed', async () => {
    await enter('u1', 'host');
    expect((await call('GET', '/rooms')).body.rooms).toMatchObject([{ id: 'r1', participants: 1, live: false }]);
    const shown = await call('GET', '/rooms/r1');
    expect(shown.body).toMatchObject({
      id: 'r1',
      participantList: [{ identity: 'u1', role: 'host' }],
      stage: { host: expect.any(String) },
    });
    expect((await call('DELETE', '/rooms/r1')).status).toBe(204);
    expect((await call('GET', '/rooms/r1')).body.error.code).toBe('NOT_FOUND');
  });
});

describe('a program', () => {
  it('[API-05] starts in an empty room, and can be read, changed and stopped', async () => {
    const started = await call('POST', '/rooms/r9/live', { profile: '480p', outputs: [{ url: 'rtmp://example.com/app/secret-key' }] });
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({ room: 'r9', state: 'live', hls: 'http://127.0.0.1:8080/live/r9.m3u8', watch: `${url}/watch/r9` });
    expect(JSON.stringify(started.body)).not.toContain('secret-key');
    expect((await call('GET', '/rooms/r9/live')).body).toMatchObject({ state: 'live', profile: { name: '480p' } });
    expect((await call('PATCH', '/rooms/r9/live', { scene: { layout: 'grid' } })).body).toMatchObject({
      sceneVersion: 2,
      scene: { layout: 'grid' },
    });
    expect((await call('POST', '/rooms/r9/live/outputs', { url: 'rtmp://example.com/app/k' })).status).toBe(201);
    expect((await call('DELETE', '/rooms/r9/live/outputs/o1')).body.error.code).toBe('NOT_FOUND');
    expect((await call('DELETE', '/rooms/r9/live')).status).toBe(204);
    expect((await call('DELETE', '/rooms/r9/live')).body.error.code).toBe('WRONG_STATE');
  });

  it('[API-06] is NOT_FOUND if the room is not live', async () => {
    expect((await call('GET', '/rooms/nobody/live')).status).toBe(404);
    await enter('u1', 'host');
    expect((await call('GET', '/rooms/r1/live')).body.error.code).toBe('NOT_FOUND');
  });

  it('[API-07] accepts uploaded pictures: a supported type, at most 4 MB', async () => {
    const upload = (bytes: Uint8Array<ArrayBuffer>) =>
      send('POST', '/api/v1/rooms/r1/live/assets', bytes, { authorization: AUTHORIZATION });
    expect((await upload(new Uint8Array([0x89, 0x50]))).body).toEqual({ assetId: 'a1' });
    expect((await upload(new Uint8Array([1, 2]))).body.error.code).toBe('UNSUPPORTED');
    expect((await upload(new Uint8Array(4 * 1024 * 1024 + 1))).body.error.code).toBe('TOO_LARGE');
  });
});

describe('pictures', () => {
  it('are listed, by room if asked, and deleted', async () => {
    expect((await call('GET', '/assets')).body).toEqual({ assets: ASSETS });
    expect((await call('GET', '/assets?room=r2')).body).toEqual({ assets: ASSETS.slice(1, 2) });
    expect((await call('GET', '/assets?limit=1')).body.assets).toHaveLength(1);
    expect((await call('DELETE', '/assets/a1')).status).toBe(204);
    expect((await call('DELETE', '/assets/a9')).body.error.code).toBe('NOT_FOUND');
    expect((await send('GET', '/api/v1/assets')).status).toBe(401);
    expect((await send('DELETE', '/api/v1/assets/a1')).status).toBe(401);
  });
});

describe('the open lobby', () => {
  const look = async (room = 'r1') => LobbyRoom.parse((await send('GET', `/api/v1/lobby/${room}`)).body);
  const ask = (role: string, deviceId = 'device-0001', room = 'r1') =>
    send('POST', `/api/v1/lobby/${room}`, JSON.stringify({ name: 'Mei', role, deviceId }), { 'content-type': 'application/json' });

  it('[API-10] makes only the first person host of a new room', async () => {
    expect(await look()).toMatchObject({ exists: false, roles: ['host'], live: null });
    expect((await ask('guest')).body.error.code).toBe('NOT_FOUND');
    const host = await ask('host');
    expect(authority.verifyJoinToken(host.body.token)).toMatchObject({ sub: 'lobby:device-0001', grants: { room: 'r1', role: 'host' } });
    expect((await ask('host', 'device-0002')).body.error.code).toBe('FORBIDDEN');
    expect((await ask('host', 'device-0001')).status).toBe(201);
    expect((await ask('guest', 'device-0002')).status).toBe(201);
  });

  it('[API-11] lets the host back in as host, and others as the stage allows', async () => {
    await enter('lobby:device-0001', 'host');
    expect(await look()).toMatchObject({ exists: true, roles: ['guest', 'viewer'], participants: 1, hostName: 'lobby:device-0001' });
    expect((await ask('host', 'device-0001')).status).toBe(201);
    expect((await ask('host', 'device-0002')).body.error.code).toBe('FORBIDDEN');
    rooms.get(RoomId.parse('r1')).stage.run({ type: 'set', policy: 'request' });
    expect((await look()).roles).toEqual(['viewer']);
    expect((await ask('guest', 'device-0002')).body.error.code).toBe('FORBIDDEN');
    rooms.get(RoomId.parse('r1')).moderation.lock(true);
    expect(await look()).toMatchObject({ roles: [], locked: true });
    expect((await ask('viewer', 'device-0002')).body.error.code).toBe('ROOM_LOCKED');
  });

  it('[API-15] makes nobody host of a room that has the name of a registered stream', async () => {
    const { id } = await made.streams.create(CreateStream.parse({ name: 'r1' }));
    expect(await look()).toMatchObject({ exists: false, isNameTaken: true, roles: [] });
    expect(await ask('host')).toMatchObject({ status: 409, body: { error: { code: 'NAME_TAKEN' } } });
    await made.streams.remove(id);
    expect(await look()).toMatchObject({ isNameTaken: false, roles: ['host'] });
    expect((await ask('host')).status).toBe(201);
  });

  it('[API-12] returns watch URLs on the page’s own address, or on the public one', async () => {
    await enter('u1', 'host');
    await rooms.get(RoomId.parse('r1')).program.start({}, BY_API);
    const play = { whep: '/rtc/v1/whep/?app=live&stream=r1', flv: '/live/r1.flv', wsFlv: '/live/r1.flv', hls: '/live/r1.m3u8' };
    expect((await look()).live).toEqual({ liveSinceMs: 2, hls: play.hls, play, viewers: 3 });
    // Only the bridge knows this address; the pages' Content-Security-Policy would block it.
    Object.assign(rooms.get(RoomId.parse('r1')).program, { origin: { url: 'https://bridge.example.com', port: 8080 } });
    expect((await look()).live?.hls).toBe('/live/r1.m3u8');
    app = createApi({ ...options, originUrl: 'https://cdn.example.com' });
    expect((await look()).live?.play).toMatchObject({
      hls: 'https://cdn.example.com/live/r1.m3u8',
      wsFlv: 'wss://cdn.example.com/live/r1.flv',
    });
  });

  it('[API-13] reveals nothing if the operator requires tokens', async () => {
    app = createApi({ ...options, isLobbyOpen: false });
    expect((await look()).roles).toEqual([]);
    expect((await ask('host')).body.error.code).toBe('FORBIDDEN');
  });

  it('[API-14] is rate limited by IP address', async () => {
    const answers = await Promise.all(Array.from({ length: 130 }, () => ask('viewer', 'device-0003')));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(10);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('pages and health', () => {
  it('[API-20] report liveness from the start, and readiness once ready', async () => {
    isReady = false;
    expect((await send('GET', '/healthz')).status).toBe(200);
    expect((await send('GET', '/readyz')).status).toBe(503);
    isReady = true;
    expect((await send('GET', '/readyz')).status).toBe(200);
  });

  it('[API-21] show metrics to this machine and to key holders, but not to everybody through a proxy', async () => {
    expect((await send('GET', '/metrics')).body).toContain('lianmai_process_cpu');
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    expect((await send('GET', '/metrics', undefined, proxied)).status).toBe(401);
    expect((await send('GET', '/metrics', undefined, { ...proxied, authorization: AUTHORIZATION })).status).toBe(200);
    expect((await send('GET', '/metrics/bridges')).body).toEqual({ bridges: ['b1'] });
    expect((await send('GET', '/metrics/bridges/b1')).body).toBe('of_bridge 1\n');
    expect([
      (await send('GET', '/metrics/bridges/b2')).status,
      (await send('GET', '/metrics/bridges/b1', undefined, proxied)).status,
    ]).toEqual([404, 401]);
  });

  it('[API-22] serve the built client: pages revalidated, hashed files cached for ever', async () => {
    for (const to of ['/', '/r/demo', '/watch/demo']) {
      const page = await send('GET', to);
      expect([page.status, page.body]).toEqual([200, '<!doctype html><title>Lianmai</title>']);
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval'");
      expect(page.headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    }
    expect((await send('GET', '/assets/main-abc123.js')).headers.get('cache-control')).toContain('immutable');
    expect((await send('GET', '/assets/gone.js')).status).toBe(404);
    expect((await send('GET', '/../../etc/passwd')).status).toBe(404);
    expect((await send('GET', '/%2e%2e/%2e%2e/etc/passwd')).status).toBeGreaterThanOrEqual(400);
  });

  it('[API-23] pass /live on to the origin with the caller’s address', async () => {
    originUrl = null;
    expect((await send('GET', '/live/r1.m3u8')).body.error.code).toBe('BRIDGE_UNAVAILABLE');
    originUrl = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
    const playlist = await send('GET', '/live/r1.m3u8?x=1');
    expect(playlist.body).toBe('GET /live/r1.m3u8?x=1 for 127.0.0.1');
    expect(playlist.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    originUrl = 'http://127.0.0.1:1';
    expect((await send('GET', '/live/r1.m3u8')).status).toBe(503);
  });

  it('[API-24] pass on nothing that would confuse the origin: no bodies, no other paths or hosts', async () => {
    const { port } = origin.address() as AddressInfo;
    originUrl = `http://127.0.0.1:${port}`;
    const raw = async (target: string, headers: Record<string, string> = {}, body = '') => {
      const asking = httpRequest(url, { path: target, headers }).end(body);
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    const asked = once(origin, 'request') as Promise<[IncomingMessage]>;
    expect(await raw('/live/r1.m3u8', { 'content-length': '5', connection: 'x-hop', 'x-hop': '1', cookie: 'of=another' }, 'GET /')).toBe(
      200,
    );
    const [{ headers }] = await asked;
    for (const name of ['content-length', 'transfer-encoding', 'x-hop', 'cookie']) expect(headers[name]).toBeUndefined();
    expect((await send('GET', '/live/r1.m3u8')).body).toBe('GET /live/r1.m3u8 for 127.0.0.1');
    expect(await raw('/live/../metrics')).toBe(404);
    expect(await raw('/live/%2e%2e/metrics')).toBe(404);
    expect(await raw('http://elsewhere.example/live/r1.m3u8')).toBe(404);
  });
});

describe('the description of the API', () => {
  it('[API-30] in docs/openapi.json matches what the server returns', async () => {
    const file = new URL('../../../docs/openapi.json', import.meta.url);
    const document: unknown = JSON.parse(JSON.stringify(openApiDocument()));
    if (process.env['UPDATE_OPENAPI'] === '1') writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8')), 'run: UPDATE_OPENAPI=1 npx vitest run server/src/api').toEqual(document);
    expect((await send('GET', '/api/v1/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  });
});

describe('arbitrary input', () => {
  it('[API-40] malformed JSON, URLs and methods get typed errors', async () => {
    const headers = { authorization: AUTHORIZATION, 'content-type': 'application/json' };
    expect((await send('POST', '/api/v1/rooms/r1/tokens', '{"a":', headers)).body.error).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'body: expected JSON',
    });
    expect((await send('POST', '/api/v1/rooms/r1/tokens', 'x'.repeat(300_000), headers)).body.error.code).toBe('TOO_LARGE');
    expect((await send('POST', '/api/v1/rooms/%E0%A4%A/tokens', '{}', headers)).body.error.code).toBe('BAD_REQUEST');
    expect((await send('POST', '/api/v1/rooms/..%2fetc/tokens', '{}', headers)).body.error.code).toBe('BAD_REQUEST');
    expect((await send('PUT', '/api/v1/rooms/r1/tokens', '{}', headers)).body.error.code).toBe('NOT_FOUND');
    expect((await send('POST', '/api/v1/rooms/r1/tokens', '{}', { ...headers, 'content-encoding': 'nonsense' })).body.error.code).toBe(
      'UNSUPPORTED',
    );
  });

  it('[API-41] 3,000 generated bodies each get a reply or a typed error', async () => {
    const paths = [
      '/rooms/x/tokens',
      '/rooms/x/live',
      '/rooms/x/live/outputs',
      '/rooms/x/live/assets',
      '/lobby/x',
      '/rooms/x',
      '/rooms/%00/live',
      '/nothing',
    ];
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .record(
          {
            identity: fc.string(),
            name: fc.string(),
            role: fc.constantFrom('host', 'x'),
            profile: fc.anything(),
            scene: fc.object(),
            outputs: fc.array(fc.object()),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    const calls = fc.sample(fc.tuple(fc.constantFrom(...paths), fc.constantFrom('POST', 'PATCH', 'DELETE', 'PUT'), body), 3000);
    for (let start = 0; start < calls.length; start += 30) {
      await Promise.all(
        calls.slice(start, start + 30).map(async ([to, method, text]) => {
          const answer = await send(method, `/api/v1${to}`, text, { authorization: AUTHORIZATION, 'content-type': 'application/json' });
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 400) expect(ErrorCode.options).toContain(answer.body.error.code);
        }),
      );
    }
  });
});
