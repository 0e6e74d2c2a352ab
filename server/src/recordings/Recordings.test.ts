import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LianmaiError, toLianmaiError, type Recording } from '@lianmai/protocol';
import express, { type NextFunction, type Request, type Response } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBridge, startBridges } from '../bridge/testing/index.js';
import { recordingProxy, Recordings } from './index.js';

const one = (id: string, startedAtMs: number): Recording => ({
  ...{ id, app: 'live', name: 'cam', format: 'mp4', state: 'complete', reason: null, startedAtMs },
  ...{ durationMs: 5000, bytes: 10, gaps: [] },
});

let pool: Awaited<ReturnType<typeof startBridges>>;
let recordings: Recordings;
let servers: Server[] = [];
beforeEach(async () => {
  pool = await startBridges();
  recordings = new Recordings(pool.bridges);
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await pool.close();
});

async function connect(bridgeId: string, all: Recording[]): Promise<FakeBridge> {
  const bridge = await FakeBridge.connect({ url: pool.url, bridgeId });
  bridge.answer('listRecordings', () => ({ recordings: all }));
  bridge.answer('readRecording', ({ id }) => {
    const found = all.find((recording) => recording.id === id);
    if (!found) throw new LianmaiError('NOT_FOUND');
    return { ...found, file: `${id}.mp4` };
  });
  return bridge;
}

async function listen(app: express.Express): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('recordings', () => {
  it('from all bridges are listed together, newest first, and each is found on its own bridge', async () => {
    const first = await connect('a', [one('x', 100), one('y', 300)]);
    const second = await connect('b', [one('z', 200)]);
    expect((await recordings.list({ limit: 2 })).map(({ id }) => id)).toEqual(['y', 'z']);
    expect((await recordings.get('z')).bridge.id).toBe('b');
    await expect(recordings.get('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await recordings.delete('z');
    expect([first.all('deleteRecording'), second.all('deleteRecording')]).toEqual([[], [{ id: 'z' }]]);
  });

  it('get URLs that name one recording and expire', () => {
    const { path, expiresAtMs } = recordings.grant(one('x', 1), 1000);
    const grant = path.split('/')[2] ?? '';
    expect(recordings.redeem(grant, expiresAtMs)).toBe('x');
    expect(() => recordings.redeem(grant, expiresAtMs + 1)).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED' }));
    for (const forged of [grant.replace('x~', 'y~'), grant.replace(String(expiresAtMs), '9999999999999'), `${grant}x`, '', '~~'])
      expect(() => recordings.redeem(forged, 1000)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    expect(() => new Recordings(pool.bridges).redeem(grant, 1000)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });

  it('are proxied with byte ranges, and the bridge receives its secret', async () => {
    await connect('a', [one('x', 100)]);
    const asked: unknown[] = [];
    const origin = await listen(
      express().get('/recordings/:id/:file', (request, response) => {
        asked.push([request.url, request.headers.authorization, request.headers.range]);
        response.status(206).set({ 'content-range': 'bytes 0-3/10', 'content-type': 'video/mp4', 'x-inner': 'no' }).end('0123');
      }),
    );
    const app = express().get('/recordings/:grant/:file', recordingProxy({ recordings, originOf: () => origin }));
    app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) => {
      response.status(toLianmaiError(thrown).status).end();
    });
    const url = await listen(app);
    const { path } = recordings.grant(one('x', 100));
    const part = await fetch(`${url}${path}`, { headers: { range: 'bytes=0-3' } });
    expect([part.status, await part.text(), part.headers.get('content-range'), part.headers.get('x-inner')]).toEqual([
      206,
      '0123',
      'bytes 0-3/10',
      null,
    ]);
    expect(asked).toEqual([['/recordings/x/x.mp4', 'Bearer media', 'bytes=0-3']]);
    expect((await fetch(`${url}/recordings/x~1~forged/x.mp4`)).status).toBe(401);
    expect((await fetch(`${url}${path.replace('x.mp4', '..%2fx')}`)).status).toBe(404);
  });
});
