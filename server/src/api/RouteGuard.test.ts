import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@lianmai/kit';
import express, { type Express, type RequestHandler } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiAuthenticator, GuessLimiter } from '../authorisation/index.js';
import type { WebRtc } from '../webrtc/index.js';
import type { Bounds } from './bounds.js';
import { boundsOf, isPassThrough, RouteGuard } from './RouteGuard.js';
import { answerError } from './errorReplies.js';
import { routes } from './routes/index.js';
import { authority, basic, startApi, type TestApi } from './testing/index.js';

/** Express's own register of what answers, as far as this test reads it. */
interface Layer {
  method?: string;
  handle: RequestHandler & { stack?: Layer[] };
  route?: { path: string | RegExp | unknown[]; stack: Layer[] };
}

interface Entry {
  what: string;
  bounds: Bounds | undefined;
}

/** Lists every route and every middleware that answers, with the bounds of the handler that stands first. */
function entriesOf(stack: readonly Layer[]): Entry[] {
  return stack.flatMap(({ handle, route }): Entry[] => {
    if (route) {
      const what = (method: string) => `${method} ${String(route.path)}`;
      return methodsOf(route.stack).map((method) => ({ what: what(method), bounds: firstBounds(route.stack, method) }));
    }
    if (handle.stack) return entriesOf(handle.stack);
    const isErrorHandler = handle.length === 4;
    return isErrorHandler || isPassThrough(handle) ? [] : [{ what: `use ${handle.name}`, bounds: boundsOf(handle) }];
  });
}

const methodsOf = (stack: readonly Layer[]) => [...new Set(stack.map(({ method = 'all' }) => method))];

function firstBounds(stack: readonly Layer[], method: string): Bounds | undefined {
  const first = stack.find((layer) => layer.method === undefined || layer.method === method);
  return first && boundsOf(first.handle);
}

describe('the register of routes', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startApi({ rtc: { webrtc: undefined as unknown as WebRtc, iceServers: [] } });
  });
  afterEach(() => api.close());

  it('[API-16] states a right, a longest body and a rate for everything that answers', () => {
    const entries = entriesOf(api.app.router.stack);
    expect(entries.length).toBeGreaterThan(routes.length + 10);
    expect(entries.filter(({ bounds }) => bounds === undefined).map(({ what }) => what)).toEqual([]);
    for (const { what, bounds } of entries) {
      expect(['open', 'key', 'keyOrThisMachine', 'grant'], what).toContain(bounds?.right);
      expect(bounds?.perMinute, what).toBeGreaterThan(0);
      expect(bounds?.perMinute, what).toBeLessThanOrEqual(120_000);
      expect(bounds?.maxBodyBytes, what).toBeGreaterThanOrEqual(0);
      expect(bounds?.maxBodyBytes, what).toBeLessThanOrEqual(4 * 1024 * 1024);
    }
  });

  it('would notice a route without them', () => {
    api.app.get('/new', (_request, response) => void response.end());
    const entries = entriesOf(api.app.router.stack);
    expect(entries.filter(({ bounds }) => !bounds)).toEqual([{ what: 'get /new', bounds: undefined }]);
  });

  it('asks for the key on every route that states it, before it reads a body', async () => {
    for (const { right, method, path, bodyKind } of routes.filter((route) => route.right === 'key')) {
      const to = `/api/v1${path.replace(/\{\w+\}/g, 'x')}`;
      const body = bodyKind === 'none' ? {} : { body: '{"broken' };
      expect([to, right, (await api.ask(to, { method: method.toUpperCase(), ...body })).code]).toEqual([to, 'key', 'UNAUTHENTICATED']);
    }
  });

  it('refuses a longer body on every route, declared or not, and JSON of another type', async () => {
    const authorization = basic();
    for (const { method, path, bodyKind, maxBodyBytes } of routes) {
      const asking = { method: method.toUpperCase(), body: 'x'.repeat(maxBodyBytes + 1) };
      const to = `/api/v1${path.replace(/\{\w+\}/g, 'x')}`;
      const json = { authorization, 'content-type': 'application/json' };
      expect([to, (await api.ask(to, { ...asking, headers: json })).code]).toEqual([to, 'TOO_LARGE']);
      if (bodyKind === 'none') continue;
      const chunked = { ...json, 'transfer-encoding': 'chunked' };
      expect([to, (await api.ask(to, { ...asking, headers: chunked })).code]).toEqual([to, 'TOO_LARGE']);
      if (bodyKind !== 'json') continue;
      const answer = await api.ask(to, { ...asking, body: '{}', headers: { authorization, 'content-type': 'text/plain' } });
      expect([to, answer.status, answer.code]).toEqual([to, 415, 'UNSUPPORTED']);
    }
  });
});

describe('the guard before a route', () => {
  const guard = new RouteGuard(new ApiAuthenticator(authority, new GuessLimiter()));
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function serve(use: (app: Express) => void): Promise<(from: string) => Promise<number>> {
    const app = express().set('trust proxy', 1);
    use(app);
    app.use(answerError(createLog('test', 'silent')));
    const server = createServer(app).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return async (from) => (await fetch(url, { headers: { 'x-forwarded-for': from } })).status;
  }

  it('limits the rate by network, and lets others through', async () => {
    const bounds: Bounds = { right: 'open', maxBodyBytes: 0, perMinute: 2 };
    const get = await serve((app) => app.get('/', guard.for(bounds), (_request, response) => void response.end()));
    expect([await get('2001:db8::1'), await get('2001:db8::2'), await get('2001:db8::3')]).toEqual([200, 200, 429]);
    expect(await get('2001:db8:0:1::1')).toBe(200);
  });

  it('stands around middleware that answers by itself, except for requests that do not concern it', async () => {
    const bounds: Bounds = { right: 'open', maxBodyBytes: 0, perMinute: 1 };
    const get = await serve((app) => {
      const answers: RequestHandler = (_request, response) => void response.end();
      app.use(guard.around(bounds, answers, ({ ip }) => ip !== '192.0.2.1'));
      app.get('/', (_request, response) => void response.status(204).end());
    });
    expect([await get('192.0.2.7'), await get('192.0.2.7'), await get('192.0.2.1'), await get('192.0.2.1')]).toEqual([200, 429, 204, 204]);
  });
});
