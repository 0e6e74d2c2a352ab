import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, Metrics, Secret } from '@lianmai/kit';
import { ErrorCode, PlayUrlsReply, RoomId, StreamList, StreamReply, WatchInfo, type StreamClient } from '@lianmai/protocol';
import fc from 'fast-check';
import { Router } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenAuthority } from '../../authorisation/index.js';
import { FakeBridge, startBridges } from '../../bridge/testing/index.js';
import { BY_API } from '../../program/testing/index.js';
import { testDirectory } from '../../rooms/testing/index.js';
import { Recordings } from '../../recordings/index.js';
import { SeatableStreams } from '../../streams/index.js';
import { asked, openStreams, statusOf } from '../../streams/testing/index.js';
import { createApi, type ApiOptions } from '../index.js';

const SECRET = 'a-secret-of-some-length-to-sign-with';
const AUTHORIZATION = `Basic ${Buffer.from(`k:${SECRET}`).toString('base64')}`;
const CLIENT: StreamClient = { id: 'c1', action: 'publish', protocol: 'rtmp', ip: '203.0.113.1', sinceMs: 1, bytes: 2 };
const { rooms, programNames } = testDirectory();
let pool: Awaited<ReturnType<typeof startBridges>>;
let made: Awaited<ReturnType<typeof openStreams>>;
let options: ApiOptions;
let app: ReturnType<typeof createApi>;
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => void app(request, response)).listen(0, '127.0.0.1');
  // A busy machine could otherwise reuse a connection that is about to be closed.
  server.keepAliveTimeout = 60_000;
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pool = await startBridges();
  made = await openStreams({ bridges: pool.bridges, programNames });
  options = {
    authority: new TokenAuthority({ id: 'k', secret: new Secret(SECRET), isDevelopment: false }),
    ...{
      rooms,
      streams: made.streams,
      seatableStreams: new SeatableStreams(made.streams),
      isLobbyOpen: true,
      stagePolicy: 'open',
      originUrl: null,
      originPort: 8080,
    },
    ...{
      recordings: new Recordings(pool.bridges),
      recordingProxy: Router(),
      bridgeMetrics: { ids: () => [], metrics: () => Promise.resolve('') },
    },
    ports: { rtmp: 1936, rtmps: 1937, srt: 10_081 },
    assets: { save: () => Promise.reject(new Error('not here')), list: () => [], delete: () => Promise.reject(new Error('not here')) },
    ...{ metrics: new Metrics(), log: createLog('test', 'silent'), isReady: () => true, originTarget: () => null },
    ...{ clientDir: '/nonexistent', trustProxy: 0 },
  };
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await pool.close();
  await made.close();
});
beforeEach(async () => {
  app = createApi(options);
  for (const { id } of await made.streams.all()) await made.streams.remove(id);
});

const JSON_TYPE = { 'content-type': 'application/json' };
async function call(method: string, to: string, body?: unknown, authorization = AUTHORIZATION, headers: Record<string, string> = {}) {
  const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${url}/api/v1${to}`, {
    method,
    headers: { ...(authorization && { authorization }), ...(body !== undefined && JSON_TYPE), ...headers },
    ...text,
  });
  const answer = await response.text();
  return { status: response.status, body: (answer === '' ? null : JSON.parse(answer)) as unknown };
}
const codeIn = ({ body }: { body: unknown }) => (body as { error: { code: string } }).error.code;
const create = async (body: object = { name: 'cam' }) => StreamReply.parse((await call('POST', '/streams', body)).body);

describe('POST /streams', () => {
  it('returns complete URLs, and splits the RTMP one into OBS’s server and key', async () => {
    const stream = await create();
    const { port } = server.address() as AddressInfo;
    const key = /key=([\w-]{32})$/.exec(stream.publish.rtmp)?.[1] ?? '';
    expect(stream).toMatchObject({
      ...{ app: 'live', name: 'cam', title: 'cam', playAccess: 'open', status: null, viewers: { total: 0, peak: 0, byProtocol: {} } },
      publish: {
        rtmp: `rtmp://127.0.0.1:1936/live/cam?key=${key}`,
        rtmpServer: 'rtmp://127.0.0.1:1936/live',
        rtmpKey: `cam?key=${key}`,
        rtmps: `rtmps://127.0.0.1:1937/live/cam?key=${key}`,
        srt: `srt://127.0.0.1:10081?streamid=publish:live/cam?key=${key}`,
        whip: `http://127.0.0.1:${port}/rtc/v1/whip/?app=live&stream=cam&key=${key}`,
      },
      play: {
        flv: 'http://127.0.0.1:8080/live/cam.flv',
        wsFlv: 'ws://127.0.0.1:8080/live/cam.flv',
        hls: 'http://127.0.0.1:8080/live/cam.m3u8',
        rtmp: 'rtmp://127.0.0.1:1936/live/cam',
        srt: 'srt://127.0.0.1:10081?streamid=live/cam',
        whep: `http://127.0.0.1:${port}/rtc/v1/whep/?app=live&stream=cam`,
      },
      watch: `${url}/watch/cam`,
    });
    await made.authoriser.authorise(asked({ params: { key } }));
  });

  it('builds URLs from the caller’s host name, the bridge’s ports and a public origin', async () => {
    app = createApi({ ...options, originUrl: 'https://cdn.example.com', trustProxy: 1 });
    const bridge = await FakeBridge.connect({ url: pool.url });
    const headers = { 'x-forwarded-host': 'live.example.com', 'x-forwarded-proto': 'https' };
    const { body } = await call('POST', '/streams', { name: 'cam', app: 'tv', srtPassphrase: 'a-long-passphrase' }, AUTHORIZATION, headers);
    const { publish, play, watch } = StreamReply.parse(body);
    expect(publish.rtmpServer).toBe('rtmp://live.example.com:1935/tv');
    expect(publish.srt).toMatch(/^srt:\/\/live\.example\.com:10080\?streamid=publish:tv\/cam\?key=[\w-]+&passphrase=a-long-passphrase&/);
    expect(publish.whip).toMatch(/^https:\/\/live\.example\.com\/rtc\/v1\/whip\/\?app=tv&stream=cam&key=/);
    expect(play).toMatchObject({ hls: 'https://cdn.example.com/tv/cam.m3u8', wsFlv: 'wss://cdn.example.com/tv/cam.flv' });
    expect(watch).toBe('https://live.example.com/watch/tv/cam');
    bridge.drop();
  });

  it.each([
    [{}, 'BAD_REQUEST'],
    [{ name: '' }, 'BAD_REQUEST'],
    [{ name: '../x' }, 'BAD_REQUEST'],
    [{ name: 'a b' }, 'BAD_REQUEST'],
    [{ name: 'x'.repeat(65) }, 'BAD_REQUEST'],
    [{ name: 'ok', app: 'api' }, 'BAD_REQUEST'],
    [{ name: 'ok', app: 'a/b' }, 'BAD_REQUEST'],
    [{ name: 'ok', srtPassphrase: 'short' }, 'BAD_REQUEST'],
    [{ name: 'ok', srtPassphrase: 'with & and = and spaces' }, 'BAD_REQUEST'],
    [{ name: 'ok', playAccess: 'nobody' }, 'BAD_REQUEST'],
    [{ name: 'taken' }, 'CONFLICT'],
    [{ name: 'room' }, 'CONFLICT'],
  ])('rejects %j with %s', async (body, code) => {
    await create({ name: 'taken' });
    await rooms.open(RoomId.parse('room'));
    expect(codeIn(await call('POST', '/streams', body))).toBe(code);
  });
});

describe('a stream', () => {
  it('is listed and read with its live state; other streams in the hub are listed separately', async () => {
    const { id } = await create();
    await create({ name: 'idle' });
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.announce('streamsMeasured', { streams: [statusOf(), statusOf({ name: 'program', publisher: null })] });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(2));
    const { streams, others } = StreamList.parse((await call('GET', '/streams')).body);
    expect(streams.map(({ name, status, viewers }) => [name, status?.state, viewers.total])).toEqual([
      ['cam', 'live', 3],
      ['idle', undefined, 0],
    ]);
    expect(others.map(({ name }) => name)).toEqual(['program']);
    expect(StreamReply.parse((await call('GET', `/streams/${id}`)).body).status).toEqual(statusOf());
    bridge.announce('streamsMeasured', { streams: [] });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(0));
    bridge.drop();
  });

  it('can be changed, given a new key and deleted', async () => {
    const stream = await create();
    const path = `/streams/${stream.id}`;
    const changed = StreamReply.parse((await call('PATCH', path, { title: '早', playAccess: 'signed' })).body);
    expect(changed).toMatchObject({ title: '早', playAccess: 'signed', publish: stream.publish });
    const rotated = await call('POST', `${path}/key`);
    expect([rotated.status, StreamReply.parse(rotated.body).publish.rtmpKey === stream.publish.rtmpKey]).toEqual([201, false]);
    expect((await call('DELETE', path)).status).toBe(204);
    for (const [method, to] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/key`],
      ['GET', `${path}/clients`],
      ['GET', '/streams/nobody'],
    ] as const)
      // prettier-ignore
      expect(codeIn(await call(method, to))).toBe('NOT_FOUND');
    expect(codeIn(await call('PATCH', path, { title: 'x' }))).toBe('NOT_FOUND');
  });

  it('lists its clients and disconnects them', async () => {
    const { id } = await create();
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.answer('readClients', () => ({ clients: [CLIENT] }));
    bridge.answer('kick', ({ clientId }) => ({ kicked: clientId === undefined || clientId === 'c1' ? 1 : 0 }));
    expect((await call('GET', `/streams/${id}/clients`)).body).toEqual({ clients: [CLIENT] });
    expect((await call('DELETE', `/streams/${id}/publisher`)).status).toBe(204);
    expect((await call('DELETE', `/streams/${id}/clients/c1`)).status).toBe(204);
    expect(codeIn(await call('DELETE', `/streams/${id}/clients/c2`))).toBe('NOT_FOUND');
    expect(codeIn(await call('DELETE', `/streams/${id}/clients/..%2f`))).toBe('BAD_REQUEST');
    bridge.drop();
  });

  it('gets signed URLs for every protocol, which play until they expire', async () => {
    const { id } = await create({ name: 'cam', playAccess: 'signed' });
    const { expiresAtMs, play, watch } = PlayUrlsReply.parse((await call('POST', `/streams/${id}/play-urls`, { ttlSeconds: 60 })).body);
    expect(expiresAtMs).toBeGreaterThan(Date.now() + 55_000);
    const query = new URL(play.flv).searchParams;
    const params = { expire: query.get('expire') ?? '', sign: query.get('sign') ?? '' };
    for (const one of [play.wsFlv, play.hls, play.rtmp, play.whep, watch]) expect(one).toMatch(new RegExp(`[?&]expire=${params.expire}&sign=${params.sign}$`)); // prettier-ignore
    expect(play.srt).toMatch(new RegExp(`m=request,expire=${params.expire},sign=${params.sign}$`));
    await made.authoriser.authorise(asked({ action: 'play', protocol: 'hls', params }));
    expect(codeIn(await call('POST', `/streams/${id}/play-urls`, { ttlSeconds: 1 }))).toBe('BAD_REQUEST');
  });

  it('cannot be accessed without credentials', async () => {
    const { id } = await create();
    const all = [
      ...[
        'GET /streams',
        'POST /streams',
        `GET /streams/${id}`,
        `PATCH /streams/${id}`,
        `DELETE /streams/${id}`,
        `POST /streams/${id}/key`,
      ],
      ...[
        `POST /streams/${id}/play-urls`,
        `GET /streams/${id}/clients`,
        `DELETE /streams/${id}/publisher`,
        `DELETE /streams/${id}/clients/c1`,
      ],
    ];
    for (const one of all) {
      const [method = '', to = ''] = one.split(' ');
      expect([one, (await call(method, to, method === 'POST' ? {} : undefined, '')).status]).toEqual([one, 401]);
    }
  });
});

describe('GET /watch/{app}/{name}', () => {
  const look = async (path: string) => WatchInfo.parse((await call('GET', `/watch/${path}`, undefined, '')).body);

  it('shows everybody the live state but no secrets; an unknown name looks offline', async () => {
    const stream = await create({ name: 'cam', title: 'Morning', srtPassphrase: 'a-long-passphrase' });
    expect(await look('live/cam')).toMatchObject({
      state: 'offline',
      title: 'Morning',
      playAccess: 'open',
      startedAtMs: null,
      viewers: 0,
    });
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.announce('streamsMeasured', {
      streams: [statusOf({ video: { codec: 'h264', width: 1280, height: 720, fps: 30, hasBFrames: true } })],
    });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(1));
    const { body } = await call('GET', '/watch/live/cam', undefined, '');
    expect(WatchInfo.parse(body)).toMatchObject({
      ...{ state: 'live', viewers: 3, startedAtMs: 1000, video: { hasBFrames: true }, bitrateKbps: 2500 },
      play: { flv: '/live/cam.flv', wsFlv: '/live/cam.flv', hls: '/live/cam.m3u8', whep: '/rtc/v1/whep/?app=live&stream=cam' },
    });
    const key = stream.publish.rtmpKey.split('=')[1] ?? '';
    for (const secret of [key, stream.playSecret, 'a-long-passphrase', '203.0.113.1']) expect(JSON.stringify(body)).not.toContain(secret);
    expect(await look('live/nobody')).toMatchObject({ state: 'offline', title: 'nobody', playAccess: 'open', conversions: [] });
    bridge.announce('streamsMeasured', { streams: [] });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(0));
    bridge.drop();
  });

  it('[API-18] shows of a signed stream only the state, unless the visitor has a signed URL', async () => {
    const stream = await create({ name: 'cam', title: 'Morning', playAccess: 'signed' });
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.announce('streamsMeasured', {
      streams: [statusOf({ video: { codec: 'h264', width: 1280, height: 720, fps: 30, hasBFrames: true } })],
    });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(1));
    const nothing = {
      ...{ app: 'live', name: 'cam', playAccess: 'signed', state: 'live', title: 'cam', startedAtMs: null, viewers: 0, video: null },
      ...{ audio: null, bitrateKbps: 0, conversions: [], poster: null, play: (await look('live/cam')).play },
    };
    const { body } = await call('POST', `/streams/${stream.id}/play-urls`, { ttlSeconds: 60 });
    const signed = new URL(PlayUrlsReply.parse(body).watch).search;
    for (const query of ['', '?sign=0', signed.replace('expire=', 'expire=1'), signed.replace(/.$/, 'x')])
      expect(await look(`live/cam${query}`)).toEqual(nothing);
    expect(await look(`live/cam${signed}`)).toMatchObject({
      ...{ title: 'Morning', viewers: 3, startedAtMs: 1000, bitrateKbps: 2500, poster: '/live/cam.jpg' },
    });
    bridge.announce('streamsMeasured', { streams: [] });
    await vi.waitFor(() => expect(made.streams.statuses.all.length).toBe(0));
    bridge.drop();
  });

  it('finds a room’s program by the room’s name', async () => {
    const room = await rooms.open(RoomId.parse('show'));
    await room.program.start({}, BY_API);
    expect(await look('live/show')).toMatchObject({ state: 'live', startedAtMs: 2, viewers: 3, title: 'show' });
    expect((await look('other/show')).state).toBe('offline');
    expect(codeIn(await call('GET', '/watch/live/a%2Fb', undefined, ''))).toBe('BAD_REQUEST');
  });
});

describe('POST /session', () => {
  const signIn = (body: unknown) => call('POST', '/session', body, '');

  it('gives an operator’s page, and nobody else, a token for the API', async () => {
    const { token } = (await signIn({ key: 'k', secret: SECRET })).body as { token: string };
    expect((await call('GET', '/streams', undefined, `Bearer ${token}`)).status).toBe(200);
    expect(codeIn(await signIn({ key: 'k', secret: 'x' }))).toBe('UNAUTHENTICATED');
    expect(codeIn(await signIn({ key: 'x', secret: SECRET }))).toBe('UNAUTHENTICATED');
    expect(codeIn(await signIn({}))).toBe('BAD_REQUEST');
  });

  it('is rate limited by IP address', async () => {
    const codes = [];
    for (let index = 0; index < 11; index++) codes.push((await signIn({ key: 'k', secret: 'guess' })).status);
    expect(codes).toEqual([...Array<number>(10).fill(401), 429]);
    expect((await signIn({ key: 'k', secret: SECRET })).status).toBe(429);
  });
});

it('answers arbitrary input with a reply or a typed error that blames the caller', async () => {
  const { id } = await create();
  const field = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.constantFrom('__proto__', 'signed', null, 1e99, -1),
  );
  const named = fc.dictionary(
    fc.constantFrom('name', 'app', 'title', 'playAccess', 'srtPassphrase', 'record', 'ttlSeconds', '__proto__'),
    field,
  );
  const body = fc.oneof(
    named.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  const to = fc.constantFrom(...[['POST', '/streams'], ['PATCH', `/streams/${id}`], ['POST', `/streams/${id}/play-urls`], ['POST', '/session']] as const); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(to, body, async ([method, path], text) => {
      const answer = await call(method, path, text);
      if (answer.status >= 400) expect(ErrorCode.options).toContain(codeIn(answer));
      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 400 },
  );
  expect(StreamReply.safeParse((await call('GET', `/streams/${id}`)).body).success).toBe(true);
});
