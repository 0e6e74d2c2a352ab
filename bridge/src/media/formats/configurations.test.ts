import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../testing/fuzz/index.js';
import {
  adtsHeader,
  buildAacConfig,
  buildAvcConfig,
  buildHevcConfig,
  buildOpusHead,
  dOpsOf,
  FormatError,
  joinAnnexB,
  joinLengthPrefixed,
  opusPacketSamples,
  parseAacConfig,
  parseAdts,
  parseAv1Config,
  parseAvcConfig,
  parseHevcConfig,
  parseHevcSps,
  parseMp3Header,
  parseOpusHead,
  splitAnnexB,
  splitLengthPrefixed,
} from './index.js';

const run = promisify(execFile);
const picture = (size: string) => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`];
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'configurations-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Content of a box that FFmpeg wrote. */
async function boxOf(name: string, args: readonly string[]): Promise<Buffer> {
  const path = join(folder, `${Math.random()}.mp4`);
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-t', '0.3', path]);
  const file = await readFile(path);
  const at = file.indexOf(name, 0, 'latin1');
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
}

describe('configurations written by a real encoder', () => {
  it('HEVC: size after cropping, codec, B-frames; rebuilt from the parameter sets they are the same', async () => {
    const x265 = (size: string, bFrames: number) => [
      ...picture(size),
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      `log-level=none:bframes=${bFrames}`,
    ];
    const config = parseHevcConfig(await boxOf('hvcC', x265('854x480', 2)));
    expect(config).toMatchObject({ width: 854, height: 480, nalLengthBytes: 4, codec: 'hvc1.1.6.L90.90' });
    expect(config.reorderDepth).toBeGreaterThan(0);
    const { record: _, ...rest } = config;
    expect(parseHevcConfig(buildHevcConfig(config))).toMatchObject(rest);
    expect(parseHevcConfig(await boxOf('hvcC', x265('1920x1080', 0)))).toMatchObject({ width: 1920, height: 1080, reorderDepth: 0 });
  });

  it('H.264: whether to expect B-frames; rebuilt it is the same', async () => {
    const x264 = (bFrames: number) => [...picture('320x180'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', `${bFrames}`];
    const [without, withThem] = [await boxOf('avcC', x264(0)), await boxOf('avcC', x264(2))];
    expect(parseAvcConfig(without).reorderDepth).toBe(0);
    expect(parseAvcConfig(withThem).reorderDepth).toBeGreaterThan(0);
    expect(buildAvcConfig(parseAvcConfig(withThem)).equals(withThem)).toBe(true);
  });

  it('AV1: size and codec', async ({ skip }) => {
    const record = await boxOf('av1C', [...picture('320x180'), '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime']).catch(
      () => null,
    );
    if (!record) return skip('this FFmpeg has no AV1 encoder');
    expect(parseAv1Config(record)).toMatchObject({ width: 320, height: 180, codec: 'av01.0.00M.08' });
  });

  it('Opus: the headers in FLV and MP4 say the same', async () => {
    const dOps = await boxOf('dOps', ['-f', 'lavfi', '-i', 'sine=sample_rate=48000', '-ac', '2', '-c:a', 'libopus', '-strict', '-2']);
    const head = buildOpusHead({ channels: 2, preSkip: dOps.readUInt16BE(2) });
    expect(dOpsOf(parseOpusHead(head)).equals(dOps)).toBe(true);
  });
});

describe('audio frames', () => {
  it('AAC gets a header that matches its configuration', () => {
    for (const sampleRate of [8000, 44_100, 48_000])
      for (const channels of [1, 2, 6, 8]) {
        const config = parseAacConfig(buildAacConfig({ sampleRate, channels }));
        expect(parseAdts(adtsHeader(config, 300))).toEqual({ headerBytes: 7, frameBytes: 307, objectType: 2, sampleRate, channels });
      }
  });

  it('Opus packets tell their duration', () => {
    // SILK 60 ms; hybrid 20 ms; CELT 2.5 ms; two of 20 ms; three of 20 ms in one packet; too long; none
    const packets = [[0x18], [0x78], [0x80], [0x79], [0x7b, 3], [0x7b, 63], []];
    expect(packets.map((bytes) => opusPacketSamples(Buffer.from(bytes)))).toEqual([2880, 960, 120, 1920, 2880, 0, 0]);
  });
});

describe('NAL units', () => {
  it('convert from lengths to start codes and back', () => {
    const nal = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from([0x65, ...bytes.map((byte) => byte || 1)]));
    fc.assert(
      fc.property(fc.array(nal, { maxLength: 6 }), (nals) => {
        expect(splitAnnexB(joinAnnexB(nals))).toEqual(nals);
        expect(splitLengthPrefixed(joinLengthPrefixed(nals))).toEqual(nals);
      }),
    );
    expect(splitAnnexB(Buffer.from([0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 5, 7, 0, 0]))).toEqual([Buffer.from([9, 0xf0]), Buffer.from([5, 7])]);
  });
});

it('turns any bytes into a configuration or a FormatError', () => {
  const parsers: readonly ((input: Buffer) => unknown)[] = [
    parseHevcConfig,
    parseAv1Config,
    parseOpusHead,
    parseAdts,
    parseMp3Header,
    opusPacketSamples,
    splitAnnexB,
    (input) => splitLengthPrefixed(input, 2),
    (input) => parseHevcSps(Buffer.concat([Buffer.from([0x42, 1]), input])),
    (input) => parseAv1Config(Buffer.concat([Buffer.from([0x81, 0, 0, 0, 0x0a, input.length]), input])),
    (input) => buildAvcConfig({ sps: [input], pps: [] }),
    (input) => buildHevcConfig({ vps: [], sps: [Buffer.concat([Buffer.from([0x42, 1]), input])], pps: [] }),
    (input) => parseHevcConfig(Buffer.concat([Buffer.alloc(22), Buffer.from([1, 0x21, 0, 1, 0, input.length]), input])),
  ];
  const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, fc.constantFrom(...parsers), (input, parser) => {
      try {
        parser(input);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: fuzzRuns(20_000) },
  );
});
