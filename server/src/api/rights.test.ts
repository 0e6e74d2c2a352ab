import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { createLog } from '@lianmai/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { AUDIENCE } from '../authorisation/index.js';
import { assetsThat, basic, startApi, type TestApi } from './testing/index.js';

let api: TestApi;
afterEach(() => api.close());
const JSON_TYPE = { 'content-type': 'application/json' };
const tokenBody = JSON.stringify({ identity: 'u1', name: 'Mei', role: 'guest' });

describe('wrong credentials', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const ways: Record<string, (address: string) => Promise<{ code: string | undefined; headers: Record<string, unknown> }>> = {
    Basic: (address) => api.ask('/api/v1/rooms', { headers: { ...from(address), authorization: basic('guess') } }),
    Bearer: (address) => api.ask('/api/v1/rooms', { headers: { ...from(address), authorization: `Bearer ${AUDIENCE.api}` } }),
    '/metrics': (address) => api.ask('/metrics', { headers: { ...from(address), authorization: basic('guess') } }),
    'sign-in': (address) =>
      api.ask('/api/v1/session', { method: 'POST', headers: { ...from(address), ...JSON_TYPE }, body: '{"key":"k","secret":"guess"}' }),
  };

  it('are counted by network over all ways together, and then even the right ones must wait', async () => {
    api = await startApi();
    const names = Object.keys(ways);
    for (let guess = 0; guess < 20; guess++) {
      const tryOne = ways[names[guess % names.length]!]!;
      expect((await tryOne(`2001:db8::${guess + 1}`)).code).toBe('UNAUTHENTICATED');
    }
    for (const name of names) {
      const answer = await ways[name]!('2001:db8::ffff');
      expect([name, answer.code]).toEqual([name, 'RATE_LIMITED']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    const right = (address: string) => api.ask('/api/v1/rooms', { headers: { ...from(address), authorization: basic() } });
    expect((await right('2001:db8::1')).status).toBe(429);
    expect((await right('2001:db8:0:1::1')).status).toBe(200);
    expect((await right('203.0.113.1')).status).toBe(200);
  });

  it('are not counted when there were none, or when a token only expired', async () => {
    api = await startApi();
    for (let call = 0; call < 30; call++) expect((await api.ask('/api/v1/rooms')).code).toBe('UNAUTHENTICATED');
    expect((await api.ask('/api/v1/rooms', { headers: { authorization: basic() } })).status).toBe(200);
  });
});

describe('browsers', () => {
  it('are never asked for the secret by a dialog, which would make them send it for other sites too', async () => {
    api = await startApi();
    const challenge = async (headers: Record<string, string>, path = '/api/v1/rooms') =>
      (await api.ask(path, { headers })).headers['www-authenticate'];
    expect(await challenge({})).toContain('Basic');
    for (const headers of [{ 'user-agent': 'Mozilla/5.0 (X11)' }, { 'sec-fetch-site': 'none' }, { origin: 'http://a.example' }]) {
      expect(await challenge(headers)).toBeUndefined();
      expect(await challenge({ ...headers, 'x-forwarded-for': '192.0.2.1' }, '/metrics')).toBeUndefined();
    }
  });

  it('[API-17] cannot change anything for a page of another site', async () => {
    api = await startApi();
    const usual = { host: 'live.example', authorization: basic(), ...JSON_TYPE };
    const change = async (headers: Record<string, string>) =>
      (await api.ask('/api/v1/rooms/r1/tokens', { method: 'POST', body: tokenBody, headers: { ...usual, ...headers } })).status;
    for (const site of ['cross-site', 'same-site', 'nonsense'])
      expect(await change({ 'sec-fetch-site': site, origin: 'https://live.example' })).toBe(403);
    for (const origin of ['https://evil.example', 'http://live.example:81', 'null', 'live.example'])
      expect(await change({ origin })).toBe(403);
    for (const site of ['same-origin', 'none']) expect(await change({ 'sec-fetch-site': site })).toBe(201);
    for (const origin of ['https://live.example', 'http://live.example']) expect(await change({ origin })).toBe(201);
    expect(await change({})).toBe(201);
    expect(await change({ origin: 'https://public.example', 'x-forwarded-host': 'public.example' })).toBe(201);
  });

  it('may read from elsewhere, since they show the answer to nobody', async () => {
    api = await startApi();
    expect((await api.ask('/api/v1/lobby/r1', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
  });
});

describe('failures', () => {
  function logInto(lines: string[]) {
    const write = (...entry: unknown[]) => void lines.push(JSON.stringify(entry));
    return Object.assign(createLog('test', 'silent'), { info: write, warn: write, error: write });
  }

  it('of a full disk are DISK_FULL, whoever met it', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    api = await startApi({ assets: assetsThat(() => Promise.reject(new Error('not saved', { cause: full }))) });
    const answer = await api.ask('/api/v1/rooms/r1/live/assets', { method: 'POST', body: 'x', headers: { authorization: basic() } });
    expect([answer.status, answer.code]).toEqual([507, 'DISK_FULL']);
  });

  it('of a client that hung up are not logged as ours', async () => {
    const lines: string[] = [];
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const hungUp = Object.assign(new Error('Request aborted'), { code: 'ECONNABORTED' });
    let isDone = false;
    api = await startApi({
      log: logInto(lines),
      assets: assetsThat(async () => {
        arrived();
        await after(200);
        isDone = true;
        throw hungUp;
      }),
    });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.write(`POST /api/v1/rooms/r1/live/assets HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic()}\r\nContent-Length: 1\r\n\r\nx`);
    await arrival;
    socket.destroy();
    await expect.poll(() => isDone).toBe(true);
    await after(50);
    expect(lines).toEqual([]);
    // The same error while the client still waits is ours.
    await api.close();
    api = await startApi({ log: logInto(lines), assets: assetsThat(() => Promise.reject(hungUp)) });
    const upload = { method: 'POST', body: 'x', headers: { authorization: basic() } };
    expect((await api.ask('/api/v1/rooms/r1/live/assets', upload)).status).toBe(500);
    expect(lines.join('')).toContain('API call failed');
  });
});

describe('players that wait for a stream', () => {
  it('are at most 50 for one address, and give their places back', async () => {
    const origin = createServer().listen(0, '127.0.0.1');
    await once(origin, 'listening');
    api = await startApi({ originTarget: () => `http://127.0.0.1:${(origin.address() as AddressInfo).port}` });
    let waiting = 0;
    origin.on('request', (request) => {
      waiting += 1;
      request.socket.once('close', () => (waiting -= 1));
    });
    const port = Number(new URL(api.url).port);
    const wait = (address: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET /live/cam.flv?wait=1 HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: ${address}\r\n\r\n`);
      return socket;
    };
    const sockets = Array.from({ length: 50 }, (_, index) => wait(`2001:db8::${index + 1}`));
    await expect.poll(() => waiting, { timeout: 5000 }).toBe(50);
    const refused = await api.ask('/live/cam.flv?wait=1', { headers: { 'x-forwarded-for': '2001:db8::ffff' } });
    expect([refused.status, refused.code]).toEqual([429, 'RATE_LIMITED']);
    const other = wait('2001:db8:0:1::1');
    await expect.poll(() => waiting).toBe(51);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => waiting, { timeout: 5000 }).toBe(1);
    const again = wait('2001:db8::1');
    await expect.poll(() => waiting).toBe(2);
    for (const socket of [other, again]) socket.destroy();
    origin.close();
    origin.closeAllConnections();
  });
});
