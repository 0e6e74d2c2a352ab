import { Scope } from '@lianmai/kit';
import { LianmaiError, type AuthoriseRequest } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FlvTag } from '../../../media/formats/index.js';
import { Gate } from '../../../hub/gate/index.js';
import { nowMs } from '../../../runtime/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, MemoryLog } from '../../../testing/index.js';
import { createOriginServer } from '../createOriginServer.js';
import { HlsViewerSessions } from './HlsViewerSessions.js';
import { readMaster } from './testing/validatePlaylist.js';

const POLICY = { onTaken: 'refuse', resumeGraceMs: 0, srtPassphrase: null } as const;
const STREAM = { app: 'show', name: 'main' };
let scope = new Scope();
let media: FlvTag[] = [];
beforeAll(async () => {
  media = await encodeFlv({ seconds: 4, size: '160x90' });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

/** The gate accepts `sign=ok`, rejects `sign=late` as expired, and does not know any other. */
async function open() {
  const asked: AuthoriseRequest[] = [];
  const gate = new Gate({
    authorise: (request) => {
      asked.push(request);
      if (request.params['sign'] === 'ok') return Promise.resolve(POLICY);
      return Promise.reject(new LianmaiError(request.params['sign'] === 'late' ? 'FORBIDDEN' : 'UNAUTHENTICATED'));
    },
  });
  const hub = scope.own(new StreamHub());
  const origin = scope.own(await createOriginServer({ hub, gate, port: 0, host: '127.0.0.1', log: new MemoryLog().log }));
  const publisher = hub.publish(STREAM);
  for (const tag of media) publisher.write(tag);
  const base = `http://127.0.0.1:${origin.port}/show/`;
  const get = (path: string, init?: RequestInit) => fetch(new URL(path, base), init);
  await vi.waitFor(async () => expect((await get('main.m3u8')).status).toBe(401));
  asked.length = 0;
  return { asked, gate, origin, get, base };
}

async function firstUri(response: Response): Promise<string> {
  return readMaster(await response.text())[0]?.uri ?? '';
}

describe('HLS viewer sessions', () => {
  it('ask the gate once per viewer, with the parameters of their URL', async () => {
    const { asked, gate, origin, get } = await open();
    const uri = await firstUri(await get('main.m3u8?sign=ok&token=a%22%0A%23b'));
    expect(uri).toMatch(/^main\/index\.m3u8\?session=[\w-]{12}&sign=ok&token=a%22%0A%23b$/);
    for (let reload = 0; reload < 5; reload++) expect((await get(uri)).status).toBe(200);
    expect((await get(uri.replace('index', 'audio'))).status).toBe(200);
    expect(asked).toMatchObject([{ action: 'play', protocol: 'hls', app: 'show', name: 'main', params: { sign: 'ok', token: 'a"\n#b' } }]);
    expect(asked[0]?.params).not.toHaveProperty('session');
    expect(gate.players(STREAM)).toEqual({ hls: 1 });
    expect(origin.viewers(STREAM)).toBe(1);
    await firstUri(await get('main.m3u8?sign=ok'));
    expect([asked.length, origin.viewers(STREAM)]).toEqual([2, 1]); // a client that has fetched only the master is not a viewer
  });

  it('reject with the code of the gate, at the master and at a playlist without a session', async () => {
    const { get } = await open();
    for (const path of ['main.m3u8', 'main/index.m3u8', 'main/audio.m3u8?session=abcdefghijkl', 'main.m3u8?sign=bad']) {
      const response = await get(path);
      expect([response.status, await response.json()]).toEqual([
        401,
        { error: expect.objectContaining({ code: 'UNAUTHENTICATED' }) as unknown },
      ]);
    }
    expect((await get('main.m3u8?sign=late')).status).toBe(403);
    expect((await get('none.m3u8?sign=ok')).status).toBe(404);
  });

  it('admit players that skip the master, as one viewer each', async () => {
    const { asked, origin, get } = await open();
    for (const agent of ['mpv', 'vlc', 'mpv', 'vlc']) {
      expect((await get('main/index.m3u8?sign=ok', { headers: { 'user-agent': agent } })).status).toBe(200);
    }
    expect([asked.length, origin.viewers(STREAM)]).toEqual([2, 2]);
  });

  it('do not admit an unsigned player because a similar one is signed', async () => {
    const { get } = await open();
    expect((await get('main/index.m3u8?sign=ok')).status).toBe(200);
    expect((await get('main/index.m3u8')).status).toBe(401);
  });

  it('end with 403 for a kicked viewer, and no other', async () => {
    const { gate, origin, get } = await open();
    const [bad, good] = [await firstUri(await get('main.m3u8?sign=ok')), await firstUri(await get('main.m3u8?sign=ok'))];
    await get(bad);
    const [client] = gate.clients(STREAM);
    await get(good);
    expect(gate.kick(STREAM, client?.id)).toBe(1);
    const rejected = await get(bad);
    expect([rejected.status, await rejected.json()]).toEqual([403, { error: expect.objectContaining({ code: 'FORBIDDEN' }) as unknown }]);
    expect((await get(good)).status).toBe(200);
    expect([origin.viewers(STREAM), gate.clients(STREAM).length]).toEqual([1, 1]);
    expect((await get('main.m3u8?sign=ok')).status).toBe(200); // a kick is not a ban
  });

  it('are bounded: clients that never watch make room for viewers and leave the register', async () => {
    const gate = new Gate({ authorise: () => Promise.resolve(POLICY) });
    const sessions = new HlsViewerSessions(gate, { silentMs: 60_000, maxSessions: 3 });
    const enter = (session: string, isWatching: boolean) =>
      sessions.admit(STREAM, { session, ip: '10.0.0.1', agent: '', params: {} }, isWatching);
    await enter('watching-1', true);
    for (const session of ['looking-1', 'looking-2', 'looking-3', 'looking-4']) await enter(session, false);
    for (const session of ['watching-2', 'watching-3']) await enter(session, true);
    expect(sessions.count(STREAM)).toBe(3);
    await vi.waitFor(() => expect(gate.clients(STREAM).length).toBe(3));
    await expect(enter('watching-4', true)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    sessions.close();
  });

  it('are bounded per address, and viewers of other addresses find room', async () => {
    const gate = new Gate({ authorise: () => Promise.resolve(POLICY) });
    const sessions = new HlsViewerSessions(gate, { silentMs: 15_000, maxSessions: 1000, maxPerAddress: 3 });
    const enter = (session: string, ip: string) => sessions.admit(STREAM, { session, ip, agent: '', params: {} }, true);
    for (let index = 0; index < 3; index++) await enter(`viewer-${index}`, `2001:db8::${index}`);
    for (let index = 0; index < 50; index++)
      await expect(enter(`more-${index}`, '2001:db8::99')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await enter('other-1', '2001:db8:0:1::1');
    expect(sessions.count(STREAM)).toBe(4);
    sessions.expire(Date.now() + 16_000);
    await enter('viewer-9', '2001:db8::9');
    sessions.close();
  });

  it('expire when silent, and are admitted again', async () => {
    const admitted = vi.fn(() => Promise.resolve(POLICY));
    const gate = new Gate({ authorise: admitted });
    const sessions = new HlsViewerSessions(gate, { silentMs: 15_000 });
    const viewer = { session: 'abcdefgh', ip: '10.0.0.1', agent: '', params: {} };
    await sessions.admit(STREAM, viewer, true);
    await sessions.admit(STREAM, { ...viewer, ip: '10.0.0.2' }, true); // the same URL, passed on
    sessions.expire(nowMs() + 10_000);
    expect([gate.clients(STREAM).length, sessions.count(STREAM)]).toEqual([2, 2]);
    sessions.expire(nowMs() + 16_000);
    await vi.waitFor(() => expect(gate.clients(STREAM).length).toBe(0));
    await sessions.admit(STREAM, viewer, true);
    expect(admitted).toHaveBeenCalledTimes(3);
    sessions.close();
  });

  it('protect media by names that cannot be guessed without a playlist', async () => {
    const { get } = await open();
    const uri = await firstUri(await get('main.m3u8?sign=ok'));
    const playlist = await (await get(uri)).text();
    const segment = /^.+\/\d+\.m4s$/m.exec(playlist)?.[0] ?? '';
    expect(segment).toMatch(/^[\w-]{16}\/\d+\.m4s$/);
    expect((await get(`main/${segment}`)).status).toBe(200);
    expect((await get(`main/${segment.replace(/^[\w-]{16}/, 'A'.repeat(16))}`)).status).toBe(404);
    expect((await get(`main/${segment.replace(/^[\w-]{16}\//, '')}`)).status).toBe(404);
  });
});
