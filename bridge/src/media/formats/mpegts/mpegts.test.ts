import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMediaTag, parseAacConfig, parseHevcConfig, readFlvBody, TsDemuxer, TsMuxer, type FlvTag } from '../index.js';
import { fuzzRuns } from '../../../testing/fuzz/index.js';

const run = promisify(execFile);
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
const tone = (rate: number) => ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${rate}`];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30'];

/** Captures muxed by ffmpeg itself, each with a trap of its own. */
const FIXTURES: Record<string, string[]> = {
  'B-frames and AAC': [...PICTURE, ...tone(48_000), ...X264, '-bf', '2', '-c:a', 'aac'],
  'HEVC and Opus': [
    ...PICTURE,
    ...tone(48_000),
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=none:keyint=30',
    '-c:a',
    'libopus',
  ],
  '44.1 kHz mono': [...PICTURE, ...tone(44_100), ...X264, '-bf', '0', '-c:a', 'aac', '-ac', '1'],
  'MP3 and times that wrap': [...PICTURE, ...tone(44_100), ...X264, '-bf', '2', '-c:a', 'libmp3lame', '-output_ts_offset', '95442'],
  'an open group of pictures, no sound': [...PICTURE, ...X264, '-x264-params', 'open-gop=1:bframes=2'],
  'AAC in LATM': [...PICTURE, ...tone(44_100), ...X264, '-bf', '0', '-c:a', 'aac', '-mpegts_flags', 'latm'],
  'no picture': [...tone(48_000), '-c:a', 'aac'],
  'a rate that varies, Opus of 60 ms': [
    ...[...PICTURE, ...tone(48_000), '-vf', "select='not(mod(n,3))+gt(mod(n,40),30)'", '-fps_mode', 'vfr', ...X264],
    ...['-c:a', 'libopus', '-frame_duration', '60', '-pes_payload_size', '0'],
  ],
};

let folder: string;
const captures = new Map<string, Buffer>();
const captureOf = (name: string) => captures.get(name) ?? Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mpegts-'));
  const jobs = Object.entries(FIXTURES).map(async ([name, args], index) => {
    const path = join(folder, `${index}.ts`);
    await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-t', '2', '-f', 'mpegts', path]);
    captures.set(name, await readFile(path));
  });
  await Promise.all(jobs);
});
afterAll(() => rm(folder, { recursive: true }));

interface Packet {
  kind: string;
  ptsMs: number;
  dtsMs: number;
  isKeyFrame: boolean;
}

async function probe(bytes: Buffer): Promise<Packet[]> {
  const path = join(folder, `probe-${Math.random()}.ts`);
  await writeFile(path, bytes);
  const { stdout, stderr } = await run('ffprobe', [
    ...['-v', 'warning', '-show_entries', 'packet=codec_type,pts,dts,flags', '-of', 'csv=p=0', path],
  ]);
  expect(stderr).toBe('');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map(([kind = '', pts, dts, flags = '']) => ({
    kind,
    ptsMs: Number(pts) / 90,
    dtsMs: Number(dts) / 90,
    isKeyFrame: flags.startsWith('K'),
  }));
}

function demux(bytes: Buffer, chunkBytes = 1316): FlvTag[] {
  const demuxer = new TsDemuxer();
  const tags: FlvTag[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) tags.push(...demuxer.push(bytes.subarray(at, at + chunkBytes)));
  return [...tags, ...demuxer.flush()];
}

const mediaOf = (tags: readonly FlvTag[], kind: string): Packet[] =>
  tags
    .filter((tag) => tag.kind === kind && !tag.isConfig)
    .map((tag) => ({ kind, dtsMs: tag.dtsMs, ptsMs: tag.dtsMs + (readFlvBody(tag)?.compositionMs ?? 0), isKeyFrame: tag.isKeyFrame }));

const mux = (tags: readonly FlvTag[]) => {
  const muxer = new TsMuxer();
  return Buffer.concat(tags.map((tag) => muxer.push(tag)));
};

/** Short enough to be read in a diff. */
const shape = (tags: readonly FlvTag[]) =>
  tags.map((tag) => `${tag.kind}${tag.isConfig ? ' config' : ''} ${createHash('sha1').update(tag.body).digest('hex')}`);

const WRAP_MS = 2 ** 33 / 90;
const near = (ms: number) => ms - Math.round(ms / WRAP_MS) * WRAP_MS;

describe.each(Object.keys(FIXTURES))('MPEG-TS with %s', (name) => {
  it('is demuxed into the frames, times and key frames that ffprobe sees', async () => {
    const capture = captureOf(name);
    const tags = demux(capture);
    const packets = await probe(capture);
    for (const kind of ['video', 'audio']) {
      const mine = mediaOf(tags, kind);
      const theirs = packets.filter((packet) => packet.kind === kind);
      expect(mine).toHaveLength(theirs.length);
      for (const [index, packet] of mine.entries()) {
        expect(Math.abs(near(packet.dtsMs - theirs[index]!.dtsMs))).toBeLessThan(0.02);
        expect(Math.abs(near(packet.ptsMs - theirs[index]!.ptsMs))).toBeLessThan(0.6);
        if (kind === 'video') expect(packet.isKeyFrame).toBe(theirs[index]!.isKeyFrame);
      }
      const times = mine.map((packet) => packet.dtsMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('yields the same tags however it is split', () => {
    const capture = captureOf(name);
    const start = capture.subarray(0, 100_000);
    for (const bytes of [1, 7, 187, 188, 1000]) expect(shape(demux(start, bytes))).toEqual(shape(demux(start, start.length)));
    expect(demux(capture, 4096)).toEqual(demux(capture, capture.length));
  });

  it('muxed from tags decodes in ffmpeg without a warning, with the same times', async () => {
    const tags = demux(captureOf(name));
    const made = mux(tags);
    expect(made.length % 188).toBe(0);
    const path = join(folder, `made-${Math.random()}.ts`);
    await writeFile(path, made);
    const { stderr } = await run('ffmpeg', [
      '-v',
      'warning',
      '-nostdin',
      '-xerror',
      '-i',
      path,
      '-fps_mode',
      'passthrough',
      '-f',
      'null',
      '-',
    ]);
    expect(stderr).toBe('');
    const again = demux(made);
    expect(shape(again)).toEqual(shape(tags));
    for (const [index, tag] of again.entries()) expect(Math.abs(near(tag.dtsMs - tags[index]!.dtsMs))).toBeLessThan(0.02);
    const theirs = await probe(made);
    expect(theirs.filter((packet) => packet.kind === 'video')).toHaveLength(mediaOf(tags, 'video').length);
  });
});

describe('TsMuxer', () => {
  it('writes tables before key frames and twice a second, and counts every packet', () => {
    const made = mux(demux(captureOf('B-frames and AAC')));
    const counters = new Map<number, number>();
    const pids: number[] = [];
    for (let at = 0; at < made.length; at += 188) {
      const pid = made.readUInt16BE(at + 1) & 0x1fff;
      const counter = made.readUInt8(at + 3) & 15;
      const last = counters.get(pid);
      if (last !== undefined) expect(counter).toBe((last + 1) & 15);
      counters.set(pid, counter);
      pids.push(pid);
      const isKeyFrame = made.readUInt8(at + 3) & 0x20 && made.readUInt8(at + 4) > 0 && made.readUInt8(at + 5) & 0x40;
      if (isKeyFrame) expect(pids.slice(-3)).toEqual([0, 0x1000, 0x100]);
    }
    expect(pids.filter((pid) => pid === 0).length).toBeGreaterThanOrEqual(4);
  });

  it('accepts audio that joins later, and changes of codec and size', () => {
    const [avc, hevc] = [demux(captureOf('B-frames and AAC')), demux(captureOf('HEVC and Opus'))];
    const shifted = hevc.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + 2000 }));
    const late = avc.filter((tag) => tag.kind === 'video' || tag.isConfig || tag.dtsMs > 2500);
    const again = demux(mux([...late, ...shifted]));
    expect(shape(again).sort()).toEqual(shape([...late, ...shifted]).sort());
    expect(again.filter((tag) => tag.isConfig).map((tag) => readFlvBody(tag)?.codec)).toEqual(['h264', 'aac', 'hevc', 'opus']);
  });

  it('yields no bytes for damaged tags and for codecs that TS cannot carry', () => {
    const muxer = new TsMuxer();
    const data = Buffer.from([0, 0, 9, 1]);
    for (const codec of ['av1', 'vp9', 'h264', 'hevc', 'aac', 'opus'] as const) {
      expect(muxer.push(makeMediaTag({ codec, dtsMs: 0, data })).length).toBe(0);
      expect(muxer.push(makeMediaTag({ codec, dtsMs: 0, data, isConfig: true })).length).toBe(0);
    }
  });
});

describe('TsDemuxer', () => {
  it('identifies codecs by their configuration', () => {
    const aac = demux(captureOf('44.1 kHz mono')).find((tag) => tag.kind === 'audio' && tag.isConfig);
    expect(parseAacConfig(aac!.body.subarray(2))).toMatchObject({ sampleRate: 44_100, channels: 1, codec: 'mp4a.40.2' });
    const hevc = demux(captureOf('HEVC and Opus')).find((tag) => tag.kind === 'video' && tag.isConfig);
    expect(parseHevcConfig(readFlvBody(hevc!)!.data)).toMatchObject({ width: 320, height: 180, codec: 'hvc1.1.6.L60.90' });
  });

  it('continues after a loss of bytes, and drops no more than what they were part of', () => {
    const capture = captureOf('B-frames and AAC');
    const cut = Buffer.concat([capture.subarray(0, 60_000), capture.subarray(60_777)]);
    const lost = demux(capture).length - demux(cut).length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(6);
  });

  it('survives damaged captures: never throws, and yields no more tags and bytes than came in', () => {
    const names = Object.keys(FIXTURES);
    const damage = fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        kind: fc.constantFrom('flip', 'cut', 'repeat', 'header'),
        value: fc.nat(255),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const input = fc.record({
      name: fc.constantFrom(...names),
      from: fc.double({ min: 0, max: 0.8, noNaN: true }),
      damage,
      chunkBytes: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(input, ({ name, from, damage, chunkBytes }) => {
        const capture = captureOf(name);
        // Tables first, so that the damage hits readers that are already open.
        let bytes: Buffer = Buffer.concat([
          capture.subarray(0, 188 * 4),
          capture.subarray(Math.floor(from * capture.length)).subarray(0, 12_000),
        ]);
        for (const { at, kind, value } of damage) bytes = harm(bytes, Math.floor(at * (bytes.length - 1)), kind, value);
        const tags = demux(bytes, chunkBytes);
        expect(tags.reduce((sum, tag) => sum + tag.body.length, 0)).toBeLessThan(bytes.length * 3 + 10_000);
        const made = mux(tags);
        expect(made.length % 188).toBe(0);
      }),
      { numRuns: fuzzRuns(1500) },
    );
  });
});

function harm(bytes: Buffer, at: number, kind: string, value: number): Buffer {
  if (kind === 'cut') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + value)]);
  if (kind === 'repeat') return Buffer.concat([bytes.subarray(0, at + value), bytes.subarray(at)]);
  const place = kind === 'header' ? Math.floor(at / 188) * 188 + (value % 24) : at;
  if (place < bytes.length) bytes[place] = value;
  return bytes;
}
