import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFfmpeg } from '../../../media/ffmpeg/index.js';
import { makeMediaTag, TsDemuxer, type FlvTag } from '../../../media/formats/index.js';
import { HLS, Renditions } from '../../../hub/renditions/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer, type HlsSettings } from '../createOriginServer.js';
import { readMediaPlaylist } from './testing/readMediaPlaylist.js';
import { readMaster, validate } from './testing/validatePlaylist.js';

const run = promisify(execFile);
let scope = new Scope();
let ffmpeg: Awaited<ReturnType<typeof findFfmpeg>>;
let encoders = '';
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  encoders = (await run(ffmpeg.path, ['-hide_banner', '-encoders'])).stdout;
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];

async function encodeTs(...codecs: string[]): Promise<FlvTag[]> {
  const args = ['-v', 'error', '-nostdin', ...PICTURE, ...SOUND, ...codecs, '-pix_fmt', 'yuv420p', '-t', '4', '-f', 'mpegts', 'pipe:1'];
  const { stdout } = await run(ffmpeg.path, args, { encoding: 'buffer', maxBuffer: 1 << 26 });
  const demuxer = new TsDemuxer();
  const tags = [...demuxer.push(stdout), ...demuxer.flush()];
  const firstMs = Math.min(...tags.map(({ dtsMs }) => dtsMs));
  return tags.map((tag) => ({ ...tag, dtsMs: tag.dtsMs - firstMs })).sort((one, other) => one.dtsMs - other.dtsMs);
}

/** Takes the config from an MP4 and the frames from an IVF of the same encoding. */
async function encodeAv1(): Promise<FlvTag[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'av1-'));
  scope.defer(() => rm(directory, { recursive: true }));
  const [ivf, mp4] = [path.join(directory, 'a.ivf'), path.join(directory, 'a.mp4')];
  const codec = ['-c:v', 'libsvtav1', '-preset', '12', '-g', '30', '-pix_fmt', 'yuv420p', '-t', '2'];
  await run(ffmpeg.path, ['-v', 'error', '-nostdin', ...PICTURE, ...codec, ivf]);
  await run(ffmpeg.path, ['-v', 'error', '-nostdin', '-i', ivf, '-c', 'copy', mp4]);
  const moov = await readFile(mp4);
  const at = moov.indexOf('av1C');
  const config = moov.subarray(at + 4, at - 4 + moov.readUInt32BE(at - 4));
  const tags = [makeMediaTag({ codec: 'av1', dtsMs: 0, data: config, isConfig: true })];
  const bytes = await readFile(ivf);
  for (let offset = 32, picture = 0; offset < bytes.length; picture++) {
    const size = bytes.readUInt32LE(offset);
    const unit = bytes.subarray(offset + 12, offset + 12 + size);
    const data = unit[0] === 0x12 ? unit.subarray(2) : unit; // MP4 has no temporal delimiters
    const isKeyFrame = ((data[0] ?? 0) >> 3) % 16 === 1;
    tags.push(makeMediaTag({ codec: 'av1', dtsMs: Math.round((picture * 1000) / 30), data, isKeyFrame }));
    offset += 12 + size;
  }
  return tags;
}

async function publish(media: readonly FlvTag[], hls: Partial<HlsSettings> = {}) {
  const hub = scope.own(new StreamHub());
  const origin = scope.own(await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls }));
  const publisher = hub.publish({ app: 'live', name: 'room' });
  for (const tag of media) publisher.write(tag);
  await publisher.close('end', true);
  const base = `http://127.0.0.1:${origin.port}/live/`;
  const master = await vi.waitFor(async () => {
    const response = await fetch(`${base}room.m3u8`);
    expect(response.status).toBe(200);
    return readMaster(await response.text());
  });
  const url = new URL(master[0]?.uri ?? '', base).href;
  expect(validate(await (await fetch(url)).text())).toEqual([]);
  return { master, url };
}

/** Counts the frames that a decoder produces, and collects its warnings. */
async function decode(url: string): Promise<{ video: number; complaints: string; seconds: number }> {
  const args = [
    '-hide_banner',
    '-nostdin',
    '-nostats',
    '-loglevel',
    'level+info',
    '-i',
    url,
    '-fps_mode',
    'passthrough',
    '-enc_time_base:v',
    '1:90000',
    '-f',
    'null',
    '-',
  ];
  const { stderr } = await run(ffmpeg.path, args);
  const complaints = stderr.split('\n').filter((line) => /\[(warning|error|fatal)\]/.test(line) && !line.includes('duplicated MOOV'));
  const [, hours = 0, minutes = 0, seconds = 0] = (
    /time=(\d+):(\d+):([\d.]+)[^\n]*$/.exec(
      stderr
        .trimEnd()
        .replace(/\r/g, '\n')
        .split('\n')
        .filter((line) => line.includes('time='))
        .at(-1) ?? '',
    ) ?? []
  ).map(Number);
  const video = Number(/frame=\s*(\d+)(?![\s\S]*frame=)/.exec(stderr)?.[1] ?? 0);
  return { video, complaints: complaints.join('\n'), seconds: hours * 3600 + minutes * 60 + seconds };
}

const codecsOf = (variant: { attributes: Map<string, string> } | undefined) => variant?.attributes.get('CODECS');

describe('codecs over HLS', () => {
  it('plays HEVC with B-frames, as hvc1', async ({ skip }) => {
    skip(!encoders.includes('libx265'), 'this FFmpeg has no libx265');
    const media = await encodeTs(
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'keyint=30:bframes=3:log-level=none',
      '-c:a',
      'aac',
    );
    const { master, url } = await publish(media);
    expect(codecsOf(master[0])).toMatch(/^"hvc1\.1\.6\.L\d+\.[0-9A-F.]+,mp4a\.40\.2"$/);
    expect(master[0]?.attributes.get('RESOLUTION')).toBe('320x180');
    const { video, complaints, seconds } = await decode(url);
    expect(complaints).toBe('');
    expect([video, Math.round(seconds)]).toEqual([120, 4]);
  });

  it('plays AV1', async ({ skip }) => {
    skip(!encoders.includes('libsvtav1'), 'this FFmpeg has no libsvtav1');
    const { master, url } = await publish(await encodeAv1());
    expect(codecsOf(master[0])).toMatch(/^"av01\.0\.\d\dM\.08"$/);
    const { video, complaints } = await decode(url);
    expect(complaints).toBe('');
    expect(video).toBe(60);
  });

  it('plays Opus unchanged without a rendition', async () => {
    const media = await encodeTs('-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60', '-c:a', 'libopus');
    const { master, url } = await publish(media);
    expect(codecsOf(master[0])).toMatch(/^"avc1\.[0-9a-f]{6},opus"$/);
    const { video, complaints, seconds } = await decode(url);
    expect(complaints).toBe('');
    expect([video, Math.round(seconds)]).toEqual([120, 4]);
  });

  it('plays Opus as AAC through a rendition', async () => {
    const media = await encodeTs('-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-bf', '0', '-c:a', 'libopus');
    const log = new MemoryLog().log;
    const hub = scope.own(new StreamHub());
    const renditions = scope.own(new Renditions({ ffmpeg, log }));
    const hls: Partial<HlsSettings> = { targetMs: 1000, openRendition: (stream) => renditions.open(stream, HLS) };
    const origin = scope.own(await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log, hls }));
    const broadcast = new LoopedBroadcast(media, hub.publish({ app: 'live', name: 'room' }));
    scope.defer(() => broadcast.stop());
    const base = `http://127.0.0.1:${origin.port}/live/`;
    const wanted = /^"avc1\.[0-9a-f]{6},mp4a\.40\.2"$/;
    const master = async () => readMaster(await (await fetch(`${base}room.m3u8`)).text());
    await vi.waitFor(async () => expect(codecsOf((await master())[0])).toMatch(wanted), { interval: 100 });
    expect(validate(await (await fetch(new URL((await master())[0]?.uri ?? '', base))).text())).toEqual([]);
  });

  it('plays 44.1 kHz mono, and audio only', async () => {
    const both = await publish(await encodeFlv({ seconds: 4, sampleRate: 44_100, size: '160x90' }), { targetMs: 1000 });
    expect((await decode(both.url)).complaints).toBe('');
    const mono = await encodeTs('-map', '1:a', '-c:a', 'aac', '-ac', '1', '-ar', '44100');
    const { master, url } = await publish(mono);
    expect(codecsOf(master[0])).toBe('"mp4a.40.2"');
    expect([master.length, master[0]?.attributes.has('RESOLUTION')]).toEqual([1, false]);
    const { complaints, seconds } = await decode(url);
    expect([complaints, Math.round(seconds)]).toEqual(['', 4]);
  });

  it('plays a variable frame rate', async () => {
    const media = await encodeFlv({ seconds: 8, gop: 60, size: '160x90' });
    // Freezes and bursts, like a screen share.
    const pace = (ms: number) => Math.round(ms + 150 * Math.sin(ms / 700));
    const { url } = await publish(
      media.map((tag) => (tag.kind === 'video' && !tag.isConfig ? { ...tag, dtsMs: Math.max(0, pace(tag.dtsMs)) } : tag)),
    );
    const { segments } = readMediaPlaylist(await (await fetch(url)).text());
    expect(Math.round(segments.reduce((sum, { durationMs }) => sum + durationMs, 0) / 100)).toBeCloseTo(80, -0.5);
    expect((await decode(url)).complaints).toBe('');
  });
});
