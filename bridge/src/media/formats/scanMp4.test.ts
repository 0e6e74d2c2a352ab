import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../testing/fuzz/index.js';
import { encodeFlv } from '../../testing/index.js';
import { fragment, type Fmp4Sample } from './fmp4/index.js';
import { readMovie, readMovieDurationMs, scanFragments, type Mp4Bytes } from './scanMp4.js';

const sample = (durationTicks: number): Fmp4Sample => ({ data: Buffer.alloc(20, 1), durationTicks, compositionTicks: 0, isKeyFrame: true });
const piece = (sequence: number) =>
  fragment(sequence, [
    { trackId: 1, kind: 'video', baseTicks: sequence * 90_000, samples: [sample(45_000), sample(45_000)] },
    { trackId: 2, kind: 'audio', baseTicks: sequence * 48_000, samples: [sample(40_000)] },
  ]);
const SCALES = new Map([
  [1, 90_000],
  [2, 48_000],
]);

const inMemory = (bytes: Buffer): Mp4Bytes => ({
  size: bytes.length,
  read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
});

describe('scanning fragmented MP4', () => {
  it('counts whole fragments and their duration, and ignores a torn tail', async () => {
    const whole = Buffer.concat([piece(1), piece(2), piece(3)]);
    expect(await scanFragments(inMemory(whole), SCALES)).toEqual({ wholeBytes: whole.length, durationMs: 3000, endMs: 4000, fragments: 3 });
    const torn = whole.subarray(0, whole.length - 5);
    expect(await scanFragments(inMemory(torn), SCALES)).toEqual({
      wholeBytes: piece(1).length * 2,
      durationMs: 2000,
      endMs: 3000,
      fragments: 2,
    });
  });

  it('never reads the media, and handles a recording of a whole day', async () => {
    const [one, HOURS, MEDIA_BYTES] = [piece(1), 24, 40_000];
    const moof = one.subarray(0, one.readUInt32BE(0));
    const stride = moof.length + MEDIA_BYTES;
    const mdat = Buffer.from([0, 0, 0, 0, 0x6d, 0x64, 0x61, 0x74]);
    mdat.writeUInt32BE(MEDIA_BYTES);
    const head = Buffer.concat([moof, mdat]);
    let readBytes = 0;
    const day: Mp4Bytes = {
      size: HOURS * 3600 * 3 * stride,
      read(at, length) {
        const bytes = Buffer.alloc(Math.min(length, 1024));
        head.copy(bytes, 0, at % stride);
        readBytes += bytes.length;
        return Promise.resolve(bytes);
      },
    };
    const { fragments, wholeBytes } = await scanFragments(day, SCALES);
    expect([fragments, wholeBytes]).toEqual([HOURS * 3600 * 3, day.size]);
    expect(readBytes).toBeLessThan(day.size / 15);
  });

  it('survives any bytes', async () => {
    const seed = Buffer.concat([
      piece(1),
      piece(2),
      Buffer.concat((await encodeFlv({ seconds: 0.2, hasVideo: false })).map(({ body }) => body)),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 40 }),
        fc.nat(seed.length),
        async (changes, length) => {
          const bytes = Buffer.from(seed.subarray(0, length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const { wholeBytes, durationMs, endMs } = await scanFragments(inMemory(bytes), SCALES);
          const movie = await readMovie(inMemory(bytes));
          if (movie) expect(readMovieDurationMs(movie)).toBeGreaterThanOrEqual(0);
          expect(wholeBytes).toBeLessThanOrEqual(bytes.length);
          expect(Math.min(durationMs, endMs)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: fuzzRuns(3000) },
    );
  });
});
