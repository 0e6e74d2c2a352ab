import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { has, openServer, publishArgs, start, type TestServerOptions } from './testing/server.js';

const run = promisify(execFile);
const hasGstreamer = has('gst-launch-1.0');
let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

interface Packet {
  codec_type: 'video' | 'audio';
  dts_time: string;
  flags: string;
}

async function probe(url: string, packets = 90): Promise<Packet[]> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-read_intervals',
    `%+#${packets}`,
    '-show_entries',
    'packet=codec_type,dts_time,flags',
    '-of',
    'json',
    url,
  ]);
  return (JSON.parse(stdout) as { packets: Packet[] }).packets;
}

/** Expects a key frame first, then one frame every 33 ms and audio every 23 ms. */
function expectWhole(packets: Packet[]): void {
  const video = packets.filter((packet) => packet.codec_type === 'video');
  const audio = packets.filter((packet) => packet.codec_type === 'audio');
  expect(video[0]?.flags).toMatch(/^K/);
  expect(video.length + audio.length).toBe(packets.length); // no data that a player would treat as subtitles
  for (const [track, stepS] of [
    [video, 0.04],
    [audio, 0.03],
  ] as const) {
    expect(track.length).toBeGreaterThan(20);
    const times = track.map(({ dts_time }) => Number(dts_time));
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(stepS);
  }
}

async function onAir(options: TestServerOptions = {}) {
  const parts = await openServer(scope, options);
  const publisher = start(scope, 'ffmpeg', publishArgs(parts.publishUrl));
  await vi.waitFor(() => expect(parts.hub.get({ app: 'live', name: 'cam' })?.gop.length).toBeGreaterThan(0));
  return { ...parts, publisher };
}

async function tls() {
  const folder = await mkdtemp(join(tmpdir(), 'lianmai-rtmps-'));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert];
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...subject]);
  return { port: 0, cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

describe('RTMP server and real peers', () => {
  it('accepts ffmpeg and plays to ffprobe, over RTMP and RTMPS', async () => {
    const { server, url, gate, asked, memory } = await onAir({ tls: await tls() });
    expectWhole(await probe(url));
    expectWhole(await probe(`rtmps://127.0.0.1:${server.tlsPort}/live/cam`));
    expect(asked.map(({ action, protocol }) => [action, protocol])).toEqual([
      ['publish', 'rtmp'],
      ['play', 'rtmp'],
      ['play', 'rtmps'],
    ]);
    expect(gate.publisher({ app: 'live', name: 'cam' })).toMatchObject({ protocol: 'rtmp', ip: '127.0.0.1' });
    await vi.waitFor(() => expect(gate.players({ app: 'live', name: 'cam' })).toEqual({}));
    expect(memory.text).not.toContain('open-sesame');
  });

  it('accepts ffmpeg over RTMPS, without batching', async () => {
    const { server, hub, url } = await openServer(scope, { tls: await tls(), batchMs: 0 });
    start(scope, 'ffmpeg', publishArgs(`rtmps://127.0.0.1:${server.tlsPort}/live/cam?key=open-sesame`));
    await vi.waitFor(() => expect(hub.get({ app: 'live', name: 'cam' })?.gop.length).toBeGreaterThan(0));
    expectWhole(await probe(url));
  });

  it('ends the stream and its players when the publisher stops', async () => {
    const { publishUrl, hub, url } = await openServer(scope);
    const publisher = start(scope, 'ffmpeg', publishArgs(publishUrl, { seconds: 3 }));
    await vi.waitFor(() => expect(hub.get({ app: 'live', name: 'cam' })).toBeDefined());
    const player = start(scope, 'ffmpeg', ['-v', 'error', '-i', url, '-c', 'copy', '-f', 'null', '-']);
    expect(await publisher.exited).toBe(0);
    expect(hub.get({ app: 'live', name: 'cam' })).toBeUndefined();
    expect([await player.exited, player.text()]).toEqual([0, '']);
  });

  it('rejects a second ffmpeg and a wrong key with messages that ffmpeg shows', async () => {
    const { publishUrl, url, publisher } = await onAir();
    const second = start(scope, 'ffmpeg', publishArgs(publishUrl));
    expect(await second.exited).not.toBe(0);
    expect(second.text()).toContain('live/cam is already being published.');
    const wrong = start(scope, 'ffmpeg', publishArgs(`${url}?key=guess`));
    expect(await wrong.exited).not.toBe(0);
    expect(wrong.text()).toContain('The stream key is wrong.');
    expect(publisher.child.exitCode).toBeNull();
    expectWhole(await probe(url));
    const missing = start(scope, 'ffmpeg', ['-v', 'error', '-i', url.replace('cam', 'none'), '-f', 'null', '-']);
    expect(await missing.exited).not.toBe(0);
    expect(missing.text()).toContain('This stream is not live.');
  });

  it('keeps a player through a crash and return of the publisher, on one timeline', async () => {
    const { publishUrl, url, publisher, hub } = await onAir();
    const packets: Packet[] = [];
    const player = execFile('ffprobe', ['-v', 'error', '-show_entries', 'packet=codec_type,dts_time,flags', '-of', 'csv=p=0', url]);
    scope.defer(() => void player.kill('SIGKILL'));
    player.stdout?.on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        const [codec_type, dts_time = '', flags = ''] = line.split(',');
        if (codec_type === 'video') packets.push({ codec_type, dts_time, flags });
      }
    });
    await vi.waitFor(() => expect(packets.length).toBeGreaterThan(10));
    publisher.child.kill('SIGKILL');
    await vi.waitFor(() => expect(hub.get({ app: 'live', name: 'cam' })?.hasPublisher).toBe(false));
    start(scope, 'ffmpeg', publishArgs(publishUrl));
    const before = packets.length;
    await vi.waitFor(() => expect(packets.length).toBeGreaterThan(before + 60));
    const times = packets.map(({ dts_time }) => Number(dts_time));
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(0.25);
  });

  it.skipIf(!hasGstreamer).each(['rtmp2sink', 'rtmpsink'])('accepts GStreamer through %s (needs gst-launch-1.0)', async (sink) => {
    const { publishUrl, hub, url } = await openServer(scope);
    const location = sink === 'rtmpsink' ? `${publishUrl} live=1` : publishUrl;
    const pipeline = [
      ...['videotestsrc', 'is-live=true', '!', 'video/x-raw,width=320,height=180,framerate=30/1', '!'],
      ...['x264enc', 'tune=zerolatency', 'speed-preset=ultrafast', 'key-int-max=30', '!', 'h264parse', '!', 'mux.'],
      ...[
        'audiotestsrc',
        'is-live=true',
        '!',
        'audioconvert',
        '!',
        'audio/x-raw,rate=44100',
        '!',
        'avenc_aac',
        '!',
        'aacparse',
        '!',
        'mux.',
      ],
      ...['flvmux', 'name=mux', 'streamable=true', '!', sink, `location=${location}`],
    ];
    const gst = start(scope, 'gst-launch-1.0', ['-q', ...pipeline]);
    await vi.waitFor(() => expect([gst.text(), hub.get({ app: 'live', name: 'cam' })?.gop.length]).toEqual(['', expect.any(Number)]), {
      timeout: 15_000,
    });
    const packets = await probe(url);
    expect(packets.filter(({ codec_type }) => codec_type === 'video').length).toBeGreaterThan(20);
    expect(packets.filter(({ codec_type }) => codec_type === 'audio').length).toBeGreaterThan(20);
  });

  it.skipIf(!hasGstreamer)('plays to GStreamer through rtmp2src (needs gst-launch-1.0)', async () => {
    const { url } = await onAir();
    const sink = ['flvdemux', 'name=d', 'd.video', '!', 'h264parse', '!', 'avdec_h264', '!', 'fakesink', 'num-buffers=30', 'sync=false'];
    const gst = start(scope, 'gst-launch-1.0', ['-q', 'rtmp2src', `location=${url}`, '!', ...sink]);
    expect([await gst.exited, gst.text()]).toEqual([0, '']);
  });
});
