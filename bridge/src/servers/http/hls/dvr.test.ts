import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readlink, rm, truncate, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FlvTag } from '../../../media/formats/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer, type HlsSettings } from '../createOriginServer.js';
import { TestDisk } from './testing/TestDisk.js';
import { readMediaPlaylist } from './testing/readMediaPlaylist.js';
import { mergeDelta, validate, validateChange } from './testing/validatePlaylist.js';

const run = promisify(execFile);
const ROOM = { app: 'live', name: 'room' };
let scope = new Scope();
let directory = '';
let media: FlvTag[] = [];
let disk = new TestDisk();
beforeAll(async () => {
  media = await encodeFlv({ seconds: 4, size: '160x90', gop: 60 });
});
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'dvr-'));
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
  await rm(directory, { recursive: true, force: true });
});

async function open(hls: Partial<HlsSettings> = {}, parent = scope) {
  const hub = parent.own(new StreamHub());
  const log = new MemoryLog();
  disk = new TestDisk();
  const settings = { dvrSeconds: 3600, dvrDirectory: directory, dvrFiles: disk, listed: 2, kept: 1, ...hls };
  const origin = parent.own(await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: log.log, hls: settings }));
  const base = `http://127.0.0.1:${origin.port}/live/room/`;
  const get = (uri: string) => fetch(new URL(uri, base));
  const dvr = async (query = '') => (await get(`dvr.m3u8?session=abcdefghijkl${query}`)).text();
  return { hub, origin, log, base, get, dvr };
}

/** Publishes media as if live: the disk keeps pace, storing one segment per key frame after the first. */
async function play(hub: StreamHub, rounds: number): Promise<ReturnType<StreamHub['publish']>> {
  const publisher = hub.publish(ROOM);
  let onDisk = disk.segments - 1;
  for (let round = 0; round < rounds; round++)
    for (const tag of media) {
      publisher.write({ ...tag, dtsMs: tag.dtsMs + round * 4000 });
      if (tag.isKeyFrame) await disk.holds(++onDisk);
    }
  return publisher;
}

async function killedAfter(seconds: number): Promise<{ playlist: string; bytes: Map<string, Buffer> }> {
  const script = fileURLToPath(new URL('testing/originToKill.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', script, directory, String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  scope.defer(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const base = `http://127.0.0.1:${Number(line.toString())}/live/room/`;
  const playlist = await (await fetch(new URL('dvr.m3u8', base))).text();
  const bytes = new Map<string, Buffer>();
  for (const { uri } of readMediaPlaylist(playlist).segments)
    if (uri !== null) bytes.set(uri, Buffer.from(await (await fetch(new URL(uri, base))).arrayBuffer()));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return { playlist, bytes };
}

describe('the DVR window', () => {
  it('serves everything that was on air from disk, while the live playlist stays short', async () => {
    const { hub, get, dvr, base } = await open();
    await play(hub, 4);
    const playlist = readMediaPlaylist(await dvr());
    expect(playlist.segments.filter(({ uri }) => uri !== null).length).toBe(7);
    expect(readMediaPlaylist(await (await get('index.m3u8')).text()).segments.length).toBe(3);
    expect(validate(await dvr())).toEqual([]);
    for (const { uri, init } of playlist.segments) {
      const media = await get(uri ?? init ?? '');
      expect([media.status, Number(media.headers.get('content-length'))]).toEqual([200, (await media.arrayBuffer()).byteLength]);
    }
    const { stderr } = await run('ffmpeg', [
      '-v',
      'warning',
      '-nostdin',
      '-live_start_index',
      '0',
      '-i',
      `${base}dvr.m3u8`,
      '-t',
      '10',
      '-f',
      'null',
      '-',
    ]);
    expect(stderr.replace(/.*Found duplicated MOOV.*\n|.*Last message repeated.*\n/g, '')).toBe('');
    expect(await (await fetch(`${base.slice(0, -1)}.m3u8?dvr=1`)).text()).toMatch(/\nroom\/dvr\.m3u8\?session=/);
  });

  it('keeps no file open after the broadcast, is still served, and continues with the next one', async () => {
    const { hub, get, dvr } = await open();
    const publisher = await play(hub, 2);
    await publisher.close('end', true);
    const openFiles = async () => {
      const links = await Promise.all((await readdir('/proc/self/fd')).map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return links.filter((link) => link.startsWith(directory));
    };
    if (process.platform === 'linux') await vi.waitFor(async () => expect(await openFiles()).toEqual([]));
    const { segments } = readMediaPlaylist(await dvr());
    for (const { uri } of segments) if (uri !== null) expect((await get(uri)).status).toBe(200);
    await play(hub, 2);
    expect(validate(await dvr())).toEqual([]);
    expect(readMediaPlaylist(await dvr()).segments.length).toBeGreaterThan(segments.length);
  });

  it('is cheap to follow with delta updates', async () => {
    const { hub, dvr } = await open();
    await play(hub, 10);
    const [whole, delta] = [await dvr(), await dvr('&_HLS_skip=YES')];
    expect(validate(delta)).toEqual([]);
    expect(readMediaPlaylist(delta).skipped).toBeGreaterThan(10);
    expect(mergeDelta(whole, delta).segments).toEqual(readMediaPlaylist(whole).segments);
    expect(await dvr('&_HLS_skip=v2')).toBe(delta);
    expect(delta.length).toBeLessThan(whole.length);
  });

  it('survives SIGKILL: everything listed is still available, and numbers continue', async () => {
    const { playlist, bytes } = await killedAfter(9);
    expect(bytes.size).toBe(4);
    const [index] = (await readdir(path.join(directory, 'live', 'room'))).filter((name) => name.endsWith('.idx'));
    await appendFile(path.join(directory, 'live', 'room', index ?? ''), '{"n":12,"o":');
    const { hub, get, dvr, base } = await open();
    const recovered = await dvr();
    expect(validate(recovered)).toEqual([]);
    expect(readMediaPlaylist(recovered).isEnded).toBe(false);
    for (const [uri, was] of bytes) expect(Buffer.from(await (await get(uri)).arrayBuffer()).equals(was)).toBe(true);
    await play(hub, 2);
    const renewed = await dvr();
    expect(validate(renewed)).toEqual([]);
    const before = readMediaPlaylist(playlist).segments.filter(({ uri }) => uri !== null);
    const after = readMediaPlaylist(renewed).segments;
    expect(after.slice(0, 4).map(({ uri }) => uri)).toEqual(before.map(({ uri }) => uri));
    expect(after.slice(4, 7).map(({ isGap, discontinuity }) => [isGap, discontinuity])).toEqual([
      [true, 0],
      [true, 0],
      [false, 1],
    ]);
    // No name that the killed process may have listed has a new meaning now.
    expect(validateChange(recovered, renewed)).toEqual([]);
    const { stdout } = await run('ffprobe', [
      '-v',
      'quiet',
      '-count_packets',
      '-select_streams',
      'v',
      '-show_entries',
      'stream=nb_read_packets',
      '-of',
      'csv=p=0',
      '-live_start_index',
      '0',
      '-read_intervals',
      '%+7',
      `${base}dvr.m3u8`,
    ]);
    expect(Number.parseInt(stdout)).toBeGreaterThan(180);
  });

  it('discards a torn tail', async () => {
    const { bytes } = await killedAfter(9);
    const files = (await readdir(path.join(directory, 'live', 'room'))).map((name) => path.join(directory, 'live', 'room', name));
    const data = files.find((file) => file.endsWith('.m4s')) ?? '';
    await truncate(data, (await stat(data)).size - 10);
    const { dvr, get } = await open();
    const { segments } = readMediaPlaylist(await dvr());
    expect(segments.map(({ uri }) => uri)).toEqual([...bytes.keys()].slice(0, -1));
    expect((await get([...bytes.keys()].at(-1) ?? '')).status).toBe(404);
  });

  it('continues after a clean restart, and ends when no publisher returns', async () => {
    const first = new Scope();
    const one = await open({}, first);
    await play(one.hub, 2);
    await first.close('restart');
    const { dvr, get } = await open({ endedMs: 50 });
    const { segments } = readMediaPlaylist(await dvr());
    expect(segments.length).toBeGreaterThanOrEqual(3);
    await vi.waitFor(async () => expect(readMediaPlaylist(await dvr()).isEnded).toBe(true));
    expect((await get('index.m3u8')).status).toBe(404);
    expect((await get(segments[0]?.uri ?? '')).status).toBe(200);
  });

  it('is deleted with its stream, from playlists and disk', async () => {
    const { hub, origin, get } = await open();
    await play(hub, 2);
    expect((await get('dvr.m3u8')).status).toBe(200);
    hub.end(ROOM, 'it was deleted');
    await origin.forget(ROOM);
    for (const uri of ['dvr.m3u8', 'index.m3u8', '../room.m3u8?dvr=1', '../room.flv'])
      expect([uri, (await get(uri)).status]).toEqual([uri, 404]);
    expect(await readdir(path.join(directory, 'live'))).toEqual([]);
    await play(hub, 1);
    await vi.waitFor(async () => expect((await get('dvr.m3u8')).status).toBe(200));
  });

  it('leaves nothing on disk after it expires', async () => {
    const { hub, get } = await open({ dvrSeconds: 1, endedMs: 10 });
    const publisher = await play(hub, 1);
    await vi.waitFor(async () => expect((await readdir(path.join(directory, 'live', 'room'))).length).toBeGreaterThan(0));
    void publisher.close('end', true);
    await vi.waitFor(async () => expect((await get('dvr.m3u8')).status).toBe(404));
    await vi.waitFor(async () => expect(await readdir(path.join(directory, 'live'))).toEqual([]));
  });

  it('is pruned by age, including its files', async () => {
    const { hub, dvr, get } = await open({ dvrSeconds: 5 });
    await play(hub, 5);
    const listed = readMediaPlaylist(await dvr());
    expect(listed.segments.length).toBeLessThan(6);
    expect(listed.mediaSequence).toBeGreaterThan(0);
    expect(validate(await dvr())).toEqual([]);
    expect((await get(listed.segments[0]?.uri ?? '')).status).toBe(200);
  });

  it('stops with an alarm on a full disk while the stream continues, and resumes when there is space', async () => {
    const { hub, dvr, get, log } = await open();
    const publisher = hub.publish(ROOM);
    let round = 0;
    const first = media.find(({ isKeyFrame }) => isKeyFrame);
    /** The condition must hold after every key frame but the first. */
    const more = async (rounds: number, keptPace: () => Promise<void>) => {
      for (const end = round + rounds; round < end; round++)
        for (const tag of media) {
          publisher.write({ ...tag, dtsMs: tag.dtsMs + round * 4000 });
          if (tag.isKeyFrame && !(round === 0 && tag === first)) await keptPace();
        }
    };
    const written = () => disk.holds(disk.segments + 1);
    await more(2, written);
    disk.isFull = true;
    await more(3, () => vi.waitFor(() => expect(log.text).toContain('dvrStopped')));
    const live = await vi.waitFor(async () => {
      const playlist = readMediaPlaylist(await (await get('index.m3u8')).text());
      expect(playlist.segments.at(-1)?.sequence).toBeGreaterThanOrEqual(8);
      return playlist;
    });
    expect(log.lines.filter((line) => line.includes('dvrStopped')).length).toBe(1);
    expect(live.segments.some(({ isGap }) => isGap)).toBe(false);
    expect((await get(live.segments[0]?.uri ?? '')).status).toBe(200);
    const stopped = await dvr();
    expect(validate(stopped)).toEqual([]);
    expect(readMediaPlaylist(stopped).segments.filter(({ isGap }) => isGap).length).toBeGreaterThan(2);
    disk.isFull = false;
    const later = process.hrtime.bigint() + 31_000_000_000n;
    vi.spyOn(process.hrtime, 'bigint').mockReturnValue(later);
    await more(2, written);
    vi.restoreAllMocks();
    await vi.waitFor(() => expect(log.text).toContain('DVR resumed'));
    expect(readMediaPlaylist(await dvr()).segments.at(-2)?.isGap).toBe(false);
  });
});
