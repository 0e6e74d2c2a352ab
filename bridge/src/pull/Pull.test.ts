import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Scope } from '@lianmai/kit';
import { LianmaiError, type PullInfo } from '@lianmai/protocol';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg/index.js';
import { readFlvBody } from '../media/formats/index.js';
import { Gate } from '../hub/gate/index.js';
import { StreamHub, type MediaTag } from '../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, openGate, openGuard } from '../testing/index.js';
import { RtmpServer } from '../servers/rtmp/index.js';
import { AddressGuard } from '../runtime/outbound/index.js';
import { concatList } from './concatList.js';
import { GuardedProxy } from './GuardedProxy.js';
import { Pull, type PullOptions } from './Pull.js';
import { COPY_ALL, PullRun } from './PullRun.js';
import { openRoute } from './openRoute.js';
import { describeSource, movedTo, parseSource } from './pullSource.js';
import { serveRtsp } from './testing/rtspServer.js';

const dir = mkdtempSync(path.join(tmpdir(), 'lianmai-pull-'));
const media = path.join(dir, 'media');
const stream = { app: 'live', name: 'cam' };
const strictGuard = new AddressGuard({ allowPrivate: false, setting: 'pull.allowPrivate' });
/** As if `inside.example` were private, and every other name public; all are on loopback. */
const nameGuard = new AddressGuard({
  allowPrivate: true,
  setting: 'pull.allowPrivate',
  resolve: (name) => (name === 'inside.example' ? Promise.reject(new LianmaiError('ADDRESS_FORBIDDEN')) : Promise.resolve(['127.0.0.1'])),
});
let scope = new Scope();

beforeAll(() => {
  mkdirSync(media);
  const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { cwd: media });
  const picture = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180:rate=25',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440:sample_rate=8000',
    '-t',
    '2',
  ];
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
  ffmpeg(...picture, ...h264, '-c:a', 'aac', '-ar', '44100', 'clip.mp4');
  ffmpeg(...picture, '-c:v', 'mpeg4', '-c:a', 'pcm_alaw', 'old.mkv');
  ffmpeg('-i', 'clip.mp4', '-c', 'copy', 'clip.flv');
  ffmpeg('-stream_loop', '2', '-i', 'clip.mp4', '-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', 'vod.m3u8');
  return () => rmSync(dir, { recursive: true });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function pull(url: string, options: Partial<PullOptions> = {}) {
  const hub = scope.own(new StreamHub());
  const gate = new Gate({ authorise: () => Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 5000, srtPassphrase: null }) });
  const log = new MemoryLog();
  const tags: MediaTag[] = [];
  const seen: PullInfo[] = [];
  hub.on('published', (published) => {
    const reader = published.createReader({ name: 'test', maxQueueBytes: 1e8, maxQueueMs: 1e6, startWithGop: true });
    const read = async () => {
      for (let batch = await reader.read(scope.signal); batch; batch = await reader.read(scope.signal)) tags.push(...batch);
    };
    void read().catch(() => undefined);
  });
  const running = new Pull({
    ...{ stream, url, guard: openGuard, dataDir: dir, gate, hub, ffmpeg: await findFfmpeg(), log: log.log },
    backoff: { firstMs: 50, maxMs: 100 },
    ...options,
  });
  scope.own(running);
  running.on('changed', (info) => seen.push(info));
  const count = (codec: string) => tags.filter((tag) => readFlvBody(tag)?.codec === codec && !tag.isConfig).length;
  return { hub, pull: running, tags, seen, count, log };
}

/** Serves the media folder. Returns its address and the requests it has seen. */
async function serveFiles(redirect?: string): Promise<string> {
  const server: Server = createServer((incoming, response) => {
    if (redirect !== undefined) response.writeHead(302, { location: redirect }).end();
    else response.end(readFileSync(path.join(media, path.basename(new URL(incoming.url ?? '', 'http://x').pathname))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what may be pulled', () => {
  it('accepts only URLs of known kinds, and shows them without secrets', () => {
    for (const text of [
      '',
      'ftp://host/x',
      'concat:a|b',
      'rtmp:///app/x',
      'http://h/\nfile /etc/passwd',
      'pipe:0',
      'lavfi://x',
      'rtmp://h/a/b socks=127.0.0.1:22',
      'rtsp://h/\tx',
    ]) {
      expect(() => parseSource(text)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
    expect(describeSource('rtsp://admin:secret@1.2.3.4/ch1?token=abc')).not.toMatch(/secret|abc/);
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseSource(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_REQUEST' });
        }
        describeSource(text);
      }),
    );
  });

  it('gives FFmpeg loopback or the address that was checked, and keeps the rest of the URL', async () => {
    const inputOf = async (url: string) => scope.own(await openRoute(url, { guard: openGuard, dataDir: dir })).input;
    expect((await inputOf('rtmp://user:p@localhost:1936/app/name?k=1')).url).toMatch(/^rtmp:\/\/user:p@127\.0\.0\.1:\d+\/app\/name\?k=1$/);
    expect((await inputOf('srt://localhost:9000?streamid=x')).url).toMatch(/^srt:\/\/(127\.0\.0\.1|\[::1\]):9000\?streamid=x$/);
    expect(movedTo('rtsp://a@b:1@10.0.0.1:554/x@y', 'rtsp', '127.0.0.1:5')).toBe('rtsp://a@b:1@127.0.0.1:5/x@y');
  });

  it('keeps files in the media folder', async () => {
    const open = (url: string) => openRoute(url, { guard: openGuard, dataDir: dir });
    expect(scope.own(await open('file://clip.mp4')).input.url).toBe(`file:${path.join(media, 'clip.mp4')}`);
    writeFileSync(path.join(dir, 'secret.mp4'), 'x');
    for (const url of ['file:///../secret.mp4', 'file:///%2e%2e/secret.mp4', 'file:///etc/passwd', 'file:///none.mp4']) {
      await expect(open(url)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('quotes what it passes to FFmpeg', () => {
    const list = concatList({
      url: "http://h/it's",
      options: { http_proxy: 'http://p' },
      protocols: [],
      isFile: false,
    });
    expect(list).toContain("file 'http://h/it'\\''s'\noption http_proxy 'http://p'\n");
  });

  it('checks every host that HTTP is redirected to', async () => {
    const proxy = scope.own(await GuardedProxy.open(strictGuard, () => undefined));
    const inner = await serveFiles();
    const { port } = new URL(proxy.url);
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', path: `${inner}/clip.flv` }, (response) => resolve(response.resume().statusCode)).end();
    });
    const tunnel = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', method: 'CONNECT', path: 'localhost:22' })
        .on('connect', (response) => resolve(response.statusCode))
        .end();
    });
    expect([status, tunnel]).toEqual([403, 403]);
  });
});

describe('Pull', () => {
  it('pulls HTTP-FLV, reconnects after its end, and keeps the stream alive in between', async () => {
    const { count, tags, seen } = await pull(`${await serveFiles()}/clip.flv`);
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(75));
    expect(count('aac')).toBeGreaterThan(100);
    const times = tags.filter((tag) => tag.kind === 'video' && !tag.isConfig).map((tag) => tag.dtsMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(seen.map(({ state }) => state).slice(0, 4)).toEqual(['live', 'retrying', 'connecting', 'live']);
  });

  it('pulls HLS through the proxy', async () => {
    const { count } = await pull(`${await serveFiles()}/vod.m3u8`);
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(50));
  });

  it('pulls RTSP', async () => {
    const server = scope.own(await serveRtsp(path.join(media, 'clip.mp4')));
    const { count, log } = await pull(server.url.replace('://', '://admin:hidden-word@'));
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(25));
    expect(JSON.stringify(log.lines)).not.toContain('hidden-word');
  });

  it('plays a file in real time, over and over', async () => {
    const startedAtMs = Date.now();
    const { count, seen } = await pull('file://clip.mp4');
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(65));
    expect(Date.now() - startedAtMs).toBeGreaterThan(2000);
    expect(seen.at(-1)).toMatchObject({ state: 'live', retries: 0 });
  });

  it('transcodes only what the hub cannot carry', async () => {
    const { count, seen } = await pull('file://old.mkv');
    await vi.waitFor(() => expect(Math.min(count('h264'), count('aac'))).toBeGreaterThan(10));
    expect(seen.every(({ reason }) => reason === null)).toBe(true);
  });

  it('reports why nothing arrives: forbidden address, nobody there, no such file', async () => {
    const inner = await serveFiles();
    const refused = await pull(`${inner}/clip.flv`, { guard: strictGuard });
    await vi.waitFor(() => expect(refused.seen.at(-1)).toMatchObject({ state: 'failed', reason: { code: 'ADDRESS_FORBIDDEN' } }));
    const led = await pull(`${await serveFiles(`http://inside.example/clip.flv`)}/clip.flv`, { guard: nameGuard });
    await vi.waitFor(() => expect(led.seen.at(-1)).toMatchObject({ state: 'failed', reason: { code: 'ADDRESS_FORBIDDEN' } }));
    const closed = await pull('rtmp://127.0.0.1:1/live/x');
    await vi.waitFor(() => expect(closed.seen.at(-1)).toMatchObject({ state: 'retrying', reason: { code: 'DESTINATION_UNREACHABLE' } }));
    const missing = await pull('file://none.mp4');
    await vi.waitFor(() => expect(missing.seen.at(-1)?.reason?.code).toBe('NOT_FOUND'));
  });

  it('follows RTSP redirects to addresses that the guard lets pass, through a relay, and to no others', async () => {
    const server = scope.own(await serveRtsp(path.join(media, 'clip.mp4')));
    const { port } = new URL(server.url);
    const leadTo = async (location: string) => {
      const leading = createTcpServer((socket) => {
        socket
          .on('error', () => undefined)
          .on('data', (request) => {
            const sequence = /CSeq: (\d+)/i.exec(request.toString())?.[1] ?? '1';
            socket.write(`RTSP/1.0 302 Moved\r\nCSeq: ${sequence}\r\nLocation: ${location}\r\n\r\n`);
          });
      });
      await new Promise<void>((resolve) => leading.listen(0, '127.0.0.1', resolve));
      scope.defer(() => void leading.close());
      return pull(`rtsp://leading.example:${(leading.address() as AddressInfo).port}/x`, { guard: nameGuard });
    };
    const followed = await leadTo(`rtsp://outside.example:${port}/ch1`);
    await vi.waitFor(() => expect(followed.count('h264')).toBeGreaterThan(5));
    const connections = server.connections();
    const refused = await leadTo(`rtsp://inside.example:${port}/ch1`);
    await vi.waitFor(() => expect(refused.seen.at(-1)).toMatchObject({ state: 'failed', reason: { code: 'ADDRESS_FORBIDDEN' } }));
    expect(server.connections()).toBe(connections);
  });

  it('takes no media by UDP from an RTSP server, and sends none to the address that it names', async () => {
    const trap = createSocket('udp4').on('message', () => expect.unreachable('FFmpeg sent something'));
    await new Promise<void>((resolve) => trap.bind(0, '127.0.0.1', resolve));
    scope.defer(() => void trap.close());
    const { port } = trap.address();
    const transport = `RTP/AVP;unicast;source=127.0.0.1;client_port=5000-5001;server_port=${port}-${port + 1}`;
    const server = scope.own(await serveRtsp(path.join(media, 'clip.mp4'), { transport }));
    for (const url of [server.url, `${server.url}?udp`]) {
      const { seen } = await pull(url);
      await vi.waitFor(() => expect(seen.find(({ reason }) => reason)?.reason?.code).toBe('UNSUPPORTED'));
    }
  });

  it('pulls RTMP through the relay', async () => {
    const hub = scope.own(new StreamHub());
    const broadcast = new LoopedBroadcast(await encodeFlv({ seconds: 2, gop: 30 }), hub.publish({ app: 'live', name: 'origin' }));
    scope.defer(() => broadcast.stop());
    const server = scope.own(await RtmpServer.open({ port: 0, host: '127.0.0.1', gate: openGate(), hub, log: new MemoryLog().log }));
    const { count } = await pull(`rtmp://source.example:${server.port}/live/origin`, { guard: nameGuard });
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(25));
  });

  it('uses the proxy, whatever the environment exempts from it', async () => {
    vi.stubEnv('no_proxy', '*');
    scope.defer(() => void vi.unstubAllEnvs());
    const inner = await serveFiles();
    const proxy = scope.own(await GuardedProxy.open(strictGuard, () => undefined));
    const run = new PullRun({
      route: {
        input: { url: `${inner}/clip.flv`, options: { http_proxy: proxy.url }, protocols: ['http', 'httpproxy', 'tcp'], isFile: false },
        failure: null,
      },
      ...{ ffmpeg: await findFfmpeg(), conversions: COPY_ALL, log: new MemoryLog().log, onLive: () => undefined },
      open: () => Promise.reject(new LianmaiError('CONFLICT')),
    });
    expect((await run.result(scope.signal)).error?.code).toBe('DESTINATION_UNREACHABLE');
  });

  it('keeps its URL out of the process list', async () => {
    const { count } = await pull(`${await serveFiles()}/clip.flv?token=visible-secret`);
    await vi.waitFor(() => expect(count('h264')).toBeGreaterThan(0));
    expect(execFileSync('sh', ['-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " || true'], { encoding: 'latin1' })).not.toContain(
      'visible-' + 'secret',
    );
  });
});
