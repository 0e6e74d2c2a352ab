import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Scope } from '@lianmai/kit';
import type { AuthoriseReply, AuthoriseRequest } from '@lianmai/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Gate } from '../../../hub/gate/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, MemoryLog } from '../../../testing/index.js';
import { createOriginServer } from '../createOriginServer.js';
import { MEDIA_KEY_MS } from './MediaKeys.js';

const STREAM = { app: 'live', name: 'main' };
let scope = new Scope();
afterEach(async () => {
  vi.useRealTimers();
  await scope.close('test ends');
  scope = new Scope();
});

async function open(isSigned: boolean) {
  const directory = await mkdtemp(path.join(tmpdir(), 'dvr-'));
  scope.defer(() => rm(directory, { recursive: true, force: true }));
  const hub = scope.own(new StreamHub());
  const authorise = (_request: AuthoriseRequest): Promise<AuthoriseReply> =>
    Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 0, srtPassphrase: null, isSigned });
  const gate = new Gate({ authorise });
  const hls = { dvrSeconds: 3600, dvrDirectory: directory };
  const origin = scope.own(await createOriginServer({ hub, gate, port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls }));
  const base = `http://127.0.0.1:${origin.port}/live/main/`;
  const get = (uri: string) => fetch(new URL(uri, base));
  const publisher = hub.publish(STREAM);
  for (const tag of await encodeFlv({ seconds: 8, gop: 30, size: '160x90' })) publisher.write(tag);
  const playlist = async (kind = 'index', query = '') => {
    const response = await get(`${kind}.m3u8?session=abcdefghijkl${query}`);
    return { status: response.status, text: await response.text() };
  };
  await vi.waitFor(async () => expect((await playlist()).status).toBe(200));
  vi.useFakeTimers({ toFake: ['hrtime'] });
  return { gate, publisher, get, playlist, directory };
}

const segmentsIn = (text: string): string[] => text.match(/^[\w-]{16}\/\d+\.m4s(\?.+)?$/gm) ?? [];

describe('media of a signed stream', () => {
  it('needs the key of a recent playlist, so URLs end', async () => {
    const { get, playlist } = await open(true);
    const [uri = ''] = segmentsIn((await playlist()).text);
    const first = await get(uri);
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'public, max-age=30']);
    expect((await get(uri.replace(/\?.+/, ''))).status).toBe(401);
    vi.advanceTimersByTime(2 * MEDIA_KEY_MS);
    const ended = await get(uri);
    expect([ended.status, await ended.json()]).toEqual([401, { error: expect.objectContaining({ code: 'TOKEN_EXPIRED' }) as unknown }]);
    const [again = ''] = segmentsIn((await playlist()).text);
    expect([again === uri, (await get(again)).status]).toEqual([false, 200]);
  });

  it('ends for a kicked viewer, who gets no more keys', async () => {
    const { gate, get, playlist } = await open(true);
    const [uri = ''] = segmentsIn((await playlist()).text);
    expect(gate.kick(STREAM, gate.clients(STREAM)[0]?.id)).toBe(1);
    expect((await playlist()).status).toBe(403);
    vi.advanceTimersByTime(2 * MEDIA_KEY_MS);
    expect((await get(uri)).status).toBe(401);
  });

  it('is never named by an old key after a delta update', async () => {
    const { playlist } = await open(true);
    const whole = (await playlist('dvr')).text;
    vi.advanceTimersByTime(MEDIA_KEY_MS);
    const next = (await playlist('dvr', '&_HLS_skip=YES')).text;
    expect(next).not.toContain('EXT-X-SKIP');
    expect(segmentsIn(next).length).toBe(segmentsIn(whole).length);
  });

  it('stays available with the last key when the broadcast has ended', async () => {
    const { publisher, get, playlist } = await open(true);
    await publisher.close('end', true);
    await vi.waitFor(async () => expect((await playlist('dvr')).text).toContain('#EXT-X-ENDLIST'));
    const [uri = ''] = segmentsIn((await playlist('dvr')).text);
    vi.advanceTimersByTime(10 * MEDIA_KEY_MS);
    expect((await get(uri)).status).toBe(200);
  });

  it('is not for every user of the machine', async () => {
    const { directory } = await open(true);
    const folder = path.join(directory, 'live', 'main');
    await vi.waitFor(async () => expect((await readdir(folder)).length).toBe(2));
    for (const name of await readdir(folder)) expect((await stat(path.join(folder, name))).mode & 0o027).toBe(0);
    expect((await stat(folder)).mode & 0o027).toBe(0);
  });
});

describe('media of an open stream', () => {
  it('has one URL for good', async () => {
    const { get, playlist } = await open(false);
    const [uri = ''] = segmentsIn((await playlist('dvr')).text);
    expect(uri).not.toContain('?');
    vi.advanceTimersByTime(10 * MEDIA_KEY_MS);
    const media = await get(uri);
    expect([media.status, media.headers.get('cache-control')]).toEqual([200, 'public, max-age=86400, immutable']);
  });
});
