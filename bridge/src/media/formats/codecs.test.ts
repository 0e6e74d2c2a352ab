import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../testing/fuzz/index.js';
import { encodeFlv } from '../../testing/index.js';
import { FormatError, parseAacConfig, parseAvcConfig, readFlvBody } from './index.js';

async function configsOf(what: Parameters<typeof encodeFlv>[0]) {
  const tags = await encodeFlv(what);
  const configs = tags.map(readFlvBody).filter((body) => body?.isConfig);
  const [avc, aac] = (['h264', 'aac'] as const).map((codec) => configs.find((body) => body?.codec === codec)?.data);
  return { avc: avc && parseAvcConfig(avc), aac: aac && parseAacConfig(aac) };
}

/** An AVCDecoderConfigurationRecord with this SPS and no PPS. */
const configWith = (sps: Buffer) => Buffer.concat([Buffer.from([1, 100, 0, 31, 255, 225, 0, sps.length]), sps, Buffer.from([0])]);

describe('codec configurations', () => {
  it('are read from the output of a real encoder, cropped sizes included', async () => {
    for (const [size, width, height] of [
      ['640x360', 640, 360],
      ['1920x1080', 1920, 1080],
      ['854x480', 854, 480],
      ['270x480', 270, 480],
    ] as const) {
      const { avc } = await configsOf({ seconds: 0.2, size, hasAudio: false });
      expect(avc).toMatchObject({ width, height, nalLengthBytes: 4 });
      expect(avc?.codec).toMatch(/^avc1\.42[0-9a-f]{4}$/);
    }
    const { aac } = await configsOf({ seconds: 0.2, hasVideo: false, sampleRate: 44_100 });
    expect(aac).toMatchObject({ sampleRate: 44_100, channels: 2, codec: 'mp4a.40.2', samplesPerFrame: 1024 });
  });

  it('include the high profile with its scaling fields', () => {
    // x264 high, 1280x720, level 3.1
    const sps = Buffer.from('6764001facd9405005bb016a02020280000003008000001e478c18cb', 'hex');
    expect(parseAvcConfig(configWith(sps))).toMatchObject({ width: 1280, height: 720 });
  });

  it('turn any bytes into a config or a FormatError', () => {
    const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
    const attempts: ((input: Buffer) => unknown)[] = [
      parseAvcConfig,
      parseAacConfig,
      (input) => parseAvcConfig(configWith(Buffer.concat([Buffer.from([0x67]), input]))),
      (input) => parseAvcConfig(Buffer.concat([Buffer.from([1, 100, 0, 31, 255, 225, 0, input.length + 1, 0x67]), input])),
    ];
    fc.assert(
      fc.property(bytes, fc.constantFrom(...attempts), (input, attempt) => {
        try {
          attempt(input);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(10_000) },
    );
  });
});
