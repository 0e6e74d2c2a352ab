import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readClocks } from '../../../runtime/index.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Scope } from '@lianmai/kit';
import type { FlvTag } from '../../../media/formats/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer, type HlsSettings, type OriginServer } from '../createOriginServer.js';
import { validate, validateChange } from './testing/validatePlaylist.js';

const run = promisify(execFile);
let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function open(
  hls: Partial<HlsSettings> = {},
): Promise<{ hub: StreamHub; origin: OriginServer; get: (path: string, init?: RequestInit) => Promise<Response>; base: string }> {
  const hub = scope.own(new StreamHub());
  const origin = scope.own(await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls }));
  const base = `http://127.0.0.1:${origin.port}`;
  return { hub, origin, base, get: (path, init) => fetch(`${base}${path}`, init) };
}

/** Waits until the packager, which reads in its own turn, has seen everything. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const publish = (hub: StreamHub, name = 'room') => hub.publish({ app: 'live', name });

async function mediaUrl(base: string, name = 'room'): Promise<string> {
  const master = await (await fetch(`${base}/live/${name}.m3u8`)).text();
  return new URL(master.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? '', `${base}/live/`).href;
}

const text = async (url: string) => (await fetch(url)).text();
/** Returns the video size that ffprobe finds in the init segment and segments of a playlist section. */
async function sizeOf(base: string, part: string): Promise<string> {
  const names = [/MAP:URI="(.+)"/.exec(part)?.[1], ...part.split('\n').filter((line) => /^[^#].*\.m4s$/.test(line))];
  const urls = names.map((name) => `${base}/live/room/${name}`).join('|');
  const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv=p=0:s=x', `concat:${urls}`];
  const { stdout } = await run('ffprobe', ['-protocol_whitelist', 'concat,http,tcp', ...args]);
  return stdout.trim();
}

const sequenceOf = (playlist: string) => Number(/MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);

describe('HLS', () => {
  it('plays in ffmpeg and ffprobe without warnings: continuous, audio and video in sync', async () => {
    const { hub, base } = await open({ listed: 10 });
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 12, bFrames: 2, size: '1280x720' })) publisher.write(tag);
    await publisher.close('end');
    await turn();
    const master = `${base}/live/room.m3u8`;
    const decoded = await run('ffmpeg', ['-hide_banner', '-loglevel', 'warning', '-nostdin', '-i', master, '-f', 'null', '-']);
    expect(decoded.stderr).toBe('');
    const url = await mediaUrl(base);
    const probed = await run(
      'ffprobe',
      ['-v', 'warning', '-show_entries', 'packet=stream_index,pts_time,dts_time,duration_time:stream=codec_name', '-of', 'json', url],
      { maxBuffer: 1e8 },
    );
    expect(probed.stderr).toBe('');
    const { packets, streams } = JSON.parse(probed.stdout) as {
      packets: { stream_index: number; pts_time: string; dts_time: string; duration_time: string }[];
      streams: { codec_name: string }[];
    };
    expect(streams.map((stream) => stream.codec_name)).toEqual(['h264', 'aac']);
    const [video, audio] = [0, 1].map((index) => packets.filter((packet) => packet.stream_index === index)) as [
      typeof packets,
      typeof packets,
    ];
    expect([video.length, audio.length]).toEqual([360, expect.closeTo(563, -1)]);
    const steps = (of: typeof packets, key: 'pts_time' | 'dts_time') =>
      of
        .map((packet) => Number(packet[key]))
        .sort((a, b) => a - b)
        .map((time, index, all) => time - (all[index - 1] ?? time))
        .slice(1);
    expect(Math.max(...steps(video, 'pts_time'))).toBeLessThan(0.036);
    expect(Math.min(...steps(video, 'dts_time'))).toBeGreaterThan(0.03);
    expect(Math.max(...steps(audio, 'pts_time')) - Math.min(...steps(audio, 'pts_time'))).toBeLessThan(0.0002);
    const first = (of: typeof packets) => Math.min(...of.map((packet) => Number(packet.pts_time)));
    expect(Math.abs(first(video) - first(audio))).toBeLessThan(0.09);
  });

  it('is available after the first GOP of a live broadcast, and ends with ENDLIST', async () => {
    const { hub, base, get } = await open();
    const publisher = publish(hub);
    const tags = await encodeFlv({ seconds: 2, gop: 30, size: '320x180' });
    // The key frame that ends the first GOP is enough.
    const second = tags.filter(({ isKeyFrame }) => isKeyFrame)[1];
    for (const tag of tags.slice(0, tags.indexOf(second!) + 1)) publisher.write(tag);
    const master = await until(async () => ((await get('/live/room.m3u8')).status === 200 ? get('/live/room.m3u8') : null));
    for (const tag of tags.slice(tags.indexOf(second!) + 1)) publisher.write(tag);
    const write = (tag: FlvTag) => publisher.write({ ...tag, dtsMs: tag.dtsMs + 2000 });
    const broadcast = new LoopedBroadcast(tags, { write, close: () => undefined });
    scope.defer(() => broadcast.stop());
    expect(master.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    expect(await master.text()).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=320x180,FRAME-RATE=30\.\d+/);
    const playing = run('ffprobe', [
      '-v',
      'warning',
      '-count_packets',
      '-show_entries',
      'stream=codec_type,nb_read_packets',
      '-of',
      'csv=p=0',
      `${base}/live/room.m3u8`,
    ]);
    await until(async () => (publisher.stream.lastDtsMs ?? 0) > 6000 || null);
    broadcast.stop();
    await publisher.close('stopped');
    const url = await mediaUrl(base);
    expect(await text(url)).toContain('#EXT-X-ENDLIST');
    const { stdout, stderr } = await playing;
    // FFmpeg rereads the init segment with every reload of a live playlist and warns about it.
    expect(stderr.replace(/.*Found duplicated MOOV.*\n|.*Last message repeated.*\n/g, '')).toBe('');
    expect(Number(/video,(\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(150);
  });

  it('keeps a bounded window with growing numbers, and a few more segments for late players', async () => {
    const { hub, base, get } = await open({ listed: 3, kept: 2 });
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 12, gop: 30, size: '160x90' })) publisher.write(tag);
    await turn();
    const playlist = await text(await mediaUrl(base));
    expect(playlist).toContain('#EXT-X-TARGETDURATION:2\n');
    expect(playlist.match(/#EXTINF:2\.000,/g)?.length).toBe(3);
    const first = sequenceOf(playlist);
    const token = /^(.+)\/\d+\.m4s$/m.exec(playlist)?.[1];
    const statuses = await Promise.all(
      [-3, -2, -1, 0, 2, 3].map(async (step) => (await get(`/live/room/${token}/${first + step}.m4s`)).status),
    );
    expect(statuses).toEqual([404, 200, 200, 200, 200, 404]);
    const times = [...playlist.matchAll(/DATE-TIME:(.+)/g)].map((match) => Date.parse(match[1] ?? ''));
    expect(times.map((time, index) => time - (times[index - 1] ?? time))).toEqual([0, 2000, 2000, 2000]); // the last one is still open
  });

  it('forgets an ended broadcast after a while', async () => {
    const { hub, get } = await open({ endedMs: 100 });
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 2, size: '160x90' })) publisher.write(tag);
    await publisher.close('stopped');
    await turn();
    expect((await get('/live/room.m3u8')).status).toBe(200);
    await until(async () => ((await get('/live/room.m3u8')).status === 404 ? true : null));
    const again = publish(hub);
    await again.close('stopped');
  });

  it('replaces an ended broadcast at once: higher numbers, a new init segment, no ENDLIST', async () => {
    const { hub, base, get } = await open();
    const tags = await encodeFlv({ seconds: 4, size: '160x90' });
    const first = publish(hub);
    for (const tag of tags) first.write(tag);
    await first.close('stopped');
    await turn();
    const url = await mediaUrl(base);
    const ended = await text(url);
    const second = publish(hub);
    await turn();
    expect(await text(url)).toBe(ended);
    expect((await get('/live/room.m3u8')).headers.get('x-stream-state')).toBe('ended');
    for (const tag of tags) second.write(tag);
    await turn();
    const renewed = await text(url);
    expect(renewed).not.toContain('ENDLIST');
    expect(sequenceOf(renewed)).toBeGreaterThan(sequenceOf(ended) + 1);
    expect(renewed).toMatch(/DISCONTINUITY-SEQUENCE:0\n(#EXT-X-INDEPENDENT-SEGMENTS\n)?#EXT-X-DISCONTINUITY\n/);
    expect(/MAP:URI="(.+)"/.exec(renewed)?.[1]).not.toBe(/MAP:URI="(.+)"/.exec(ended)?.[1]);
    expect((await get('/live/room.m3u8')).headers.get('x-stream-state')).toBe('live');
  });

  it('marks a change of video size, each with its init segment', async () => {
    const { hub, base } = await open();
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 2, size: '160x90' })) publisher.write(tag);
    for (const tag of await encodeFlv({ seconds: 4, size: '320x180' })) publisher.write({ ...tag, dtsMs: tag.dtsMs + 2000 });
    await publisher.close('end');
    await turn();
    const playlist = await text(await mediaUrl(base));
    expect(playlist.match(/#EXT-X-MAP/g)?.length).toBe(2);
    expect(playlist).toMatch(/m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP/);
    // FFmpeg's own HLS reader ignores the second init segment, so each section is checked separately.
    const [first = '', second = ''] = playlist.split('#EXT-X-DISCONTINUITY\n');
    expect(await sizeOf(base, first)).toBe('160x90');
    expect(await sizeOf(base, second)).toBe('320x180');
  });

  it('continues when its publisher returns, and marks the elapsed time', async () => {
    const { hub, base } = await open();
    const tags = await encodeFlv({ seconds: 4, size: '160x90' });
    const first = hub.publish({ app: 'live', name: 'room' }, { resumeGraceMs: 10_000 });
    for (const tag of tags) first.write(tag);
    await first.close('cable');
    await turn();
    const url = await mediaUrl(base);
    const before = await text(url);
    const { wallMs, nowMs } = readClocks();
    const [wall, steady] = [vi.spyOn(Date, 'now'), vi.spyOn(process.hrtime, 'bigint')];
    const passTo = (ms: number) => [wall.mockReturnValue(wallMs + ms), steady.mockReturnValue(BigInt(Math.round((nowMs + ms) * 1e6)))];
    passTo(12_000);
    const second = publish(hub);
    for (const tag of tags) {
      passTo(12_000 + tag.dtsMs);
      second.write(tag);
      await turn();
    }
    wall.mockRestore();
    steady.mockRestore();
    await second.close('end', true);
    await turn();
    const after = await text(url);
    expect(validate(after)).toEqual([]);
    expect(validateChange(before, after).filter((what) => !what.startsWith('PART-TARGET'))).toEqual([]);
    expect(after.match(/#EXT-X-MAP/g)?.length).toBe(1);
    expect(after.match(/#EXT-X-DISCONTINUITY\n/g)?.length).toBe(1);
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-show_entries',
      'packet=dts_time',
      '-of',
      'csv=p=0',
      url,
    ]);
    const times = stdout.split('\n').filter(Boolean).map(Number.parseFloat);
    expect(times.length).toBe(240);
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(0.1);
  });

  it('counts viewers by session, and sessionless ones by IP and user agent', async () => {
    const { hub, base, origin } = await open();
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 3, size: '160x90' })) publisher.write(tag);
    await turn();
    const [first, second] = [await mediaUrl(base), await mediaUrl(base)];
    for (const url of [first, second, first, `${base}/live/room/index.m3u8`, `${base}/live/room/index.m3u8?session=x`]) await text(url);
    expect(origin.viewers({ app: 'live', name: 'room' })).toBe(3);
    expect(origin.viewers({ app: 'live', name: 'other' })).toBe(0);
  });

  it('sends the types, caching and CORS headers that players and caches need', async () => {
    const { hub, base, get } = await open();
    const publisher = publish(hub);
    for (const tag of await encodeFlv({ seconds: 3, size: '160x90' })) publisher.write(tag);
    await turn();
    const playlist = await text(await mediaUrl(base));
    const [init, segment] = [/MAP:URI="(.+)"/.exec(playlist)?.[1], /^.+\/\d+\.m4s$/m.exec(playlist)?.[0]];
    const headersOf = async (path: string, method = 'GET') => {
      const response = await get(path, { method });
      const { headers, status } = response;
      await response.arrayBuffer();
      return [status, headers.get('content-type'), headers.get('cache-control'), headers.get('access-control-allow-origin')];
    };
    expect(await headersOf('/live/room.m3u8', 'HEAD')).toEqual([200, 'application/vnd.apple.mpegurl', 'private, no-store', '*']);
    expect(await headersOf('/live/room/index.m3u8')).toEqual([200, 'application/vnd.apple.mpegurl', 'private, no-store', '*']);
    expect(await headersOf(`/live/room/${init}`)).toEqual([200, 'video/mp4', 'public, max-age=86400, immutable', '*']);
    expect(await headersOf(`/live/room/${segment}`, 'HEAD')).toEqual([200, 'video/mp4', 'public, max-age=86400, immutable', '*']);
    expect((await headersOf('/live/room.m3u8', 'OPTIONS'))[0]).toBe(204);
    expect(await headersOf('/healthz')).toEqual([200, 'application/json; charset=utf-8', null, '*']);
    expect((await headersOf('/readyz'))[0]).toBe(200);
  });

  it('answers odd names and paths with 404 or 400 as JSON, with CORS', async () => {
    const { get } = await open();
    const paths = [
      '/live/none.m3u8',
      '/live/%2e%2e%2f%2e%2e%2fetc%2fpasswd.m3u8',
      '/live/__proto__.m3u8',
      '/live/room/1.m4s',
      '/live/a/b/c',
      '/',
      '/live/%ff.m3u8',
      '/live/constructor/index.m3u8',
      '/live/.m3u8',
    ];
    for (const path of paths) {
      const response = await get(path);
      expect([path, response.status, response.headers.get('access-control-allow-origin')]).toEqual([
        path,
        path.includes('%ff') ? 400 : 404,
        '*',
      ]);
      expect(await response.json()).toMatchObject({ error: { code: path.includes('%ff') ? 'BAD_REQUEST' : 'NOT_FOUND' } });
    }
  });
});
