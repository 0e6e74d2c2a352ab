import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { MemoryLog } from '../testing/index.js';
import { isPrivateAddress, resolvePublic } from './resolvePublic.js';
import { concatList } from './concatList.js';
import { GuardedProxy } from './GuardedProxy.js';
import { Pull, type PullOptions } from './Pull.js';
import { COPY_ALL, PullRun } from './PullRun.js';
import { describeSource, parseSource, prepareInput } from './pullSource.js';
import { serveRtsp } from './testing/rtspServer.js';

const dir = mkdtempSync(path.join(tmpdir(), 'lianmai-pull-'));
const media = path.join(dir, 'media');
const stream = { app: 'live', name: 'cam' };
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
    ...{ stream, url, allowPrivate: true, dataDir: dir, gate, hub, ffmpeg: await findFfmpeg(), log: log.log },
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
  it('recognises private addresses in every notation', () => {
    const inside = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1', '2002:7f00:1::', 'fec0::1']; // prettier-ignore
    for (const ip of inside) expect([ip, isPrivateAddress(ip)]).toEqual([ip, true]);
    for (const ip of ['8.8.8.8', '172.32.0.1', '2606:4700::1', '::ffff:8.8.8.8']) expect([ip, isPrivateAddress(ip)]).toEqual([ip, false]);
  });

  it('rejects hosts on private addresses in every notation, unless allowed', async () => {
    for (const host of ['localhost', '127.0.0.1', '2130706433', '0x7f.1', '[::1]']) {
      await expect(resolvePublic(host, false)).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|UNREACHABLE/) as string });
    }
    expect(await resolvePublic('127.0.0.1', true)).toBe('127.0.0.1');
    await expect(resolvePublic('no-such-host.invalid', true)).rejects.toMatchObject({ code: 'DESTINATION_UNREACHABLE' });
  });

  it('accepts only URLs of known kinds, and shows them without secrets', () => {
    for (const text of ['', 'ftp://host/x', 'concat:a|b', 'rtmp:///app/x', 'http://h/\nfile /etc/passwd', 'pipe:0', 'lavfi://x']) {
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

  it('gives FFmpeg the address that was checked, and keeps files in the media folder', async () => {
    const ground = { allowPrivate: true, dataDir: dir, proxyUrl: 'http://127.0.0.1:1' };
    expect((await prepareInput('rtmp://user:p@localhost:1936/app/name?k=1', ground)).url).toMatch(
      /^rtmp:\/\/user:p@(127\.0\.0\.1|\[::1\]):1936\/app\/name\?k=1$/,
    );
    expect((await prepareInput('file://clip.mp4', ground)).url).toBe(`file:${path.join(media, 'clip.mp4')}`);
    writeFileSync(path.join(dir, 'secret.mp4'), 'x');
    for (const url of ['file:///../secret.mp4', 'file:///%2e%2e/secret.mp4', 'file:///etc/passwd', 'file:///none.mp4']) {
      await expect(prepareInput(url, ground)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('quotes what it passes to FFmpeg', () => {
    const list = concatList({
      url: "http://h/it's",
      options: { http_proxy: 'http://p' },
      protocols: [],
      followsRedirects: false,
      isFile: false,
    });
    expect(list).toContain("file 'http://h/it'\\''s'\noption http_proxy 'http://p'\n");
  });

  it('checks every host that HTTP is redirected to', async () => {
    const proxy = scope.own(await GuardedProxy.open(false));
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
    const refused = await pull(`${inner}/clip.flv`, { allowPrivate: false });
    await vi.waitFor(() => expect(refused.seen.at(-1)).toMatchObject({ state: 'failed', reason: { code: 'FORBIDDEN' } }));
    const closed = await pull('rtmp://127.0.0.1:1/live/x');
    await vi.waitFor(() => expect(closed.seen.at(-1)).toMatchObject({ state: 'retrying', reason: { code: 'DESTINATION_UNREACHABLE' } }));
    const missing = await pull('file://none.mp4');
    await vi.waitFor(() => expect(missing.seen.at(-1)?.reason?.code).toBe('NOT_FOUND'));
  });

  it('does not follow RTSP redirects unless every host is allowed', async () => {
    const server = scope.own(await serveRtsp(path.join(media, 'clip.mp4')));
    const leading = createTcpServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (request) => {
          const sequence = /CSeq: (\d+)/i.exec(request.toString())?.[1] ?? '1';
          socket.write(`RTSP/1.0 302 Moved\r\nCSeq: ${sequence}\r\nLocation: ${server.url}\r\n\r\n`);
        });
    });
    await new Promise<void>((resolve) => leading.listen(0, '127.0.0.1', resolve));
    scope.defer(() => void leading.close());
    const result = async (followsRedirects: boolean) => {
      const url = `rtsp://127.0.0.1:${(leading.address() as AddressInfo).port}/x`;
      const run = new PullRun({
        input: { url, options: { rtsp_transport: 'tcp' }, protocols: ['rtsp', 'rtp', 'tcp', 'udp'], followsRedirects, isFile: false },
        ...{ ffmpeg: await findFfmpeg(), conversions: COPY_ALL, log: new MemoryLog().log, onLive: () => undefined },
        open: () => Promise.reject(new LianmaiError('CONFLICT')),
      });
      return run.result(scope.signal);
    };
    expect((await result(false)).error?.code).toBe('FORBIDDEN');
    expect((await result(true)).error?.code).toBe('CONFLICT');
  });

  it('uses the proxy, whatever the environment exempts from it', async () => {
    vi.stubEnv('no_proxy', '*');
    scope.defer(() => void vi.unstubAllEnvs());
    const inner = await serveFiles();
    const proxy = scope.own(await GuardedProxy.open(false));
    const run = new PullRun({
      input: {
        url: `${inner}/clip.flv`,
        options: { http_proxy: proxy.url },
        protocols: ['http', 'httpproxy', 'tcp'],
        followsRedirects: true,
        isFile: false,
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
