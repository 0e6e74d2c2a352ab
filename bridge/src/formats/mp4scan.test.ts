import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFlv } from '../testing/index.js';
import { fragment, type Fmp4Sample } from './fmp4/index.js';
import { scanFragments } from './mp4scan.js';

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

describe('scanning fragmented MP4', () => {
  it('counts whole fragments and how long they play, and leaves a torn tail out', () => {
    const whole = Buffer.concat([piece(1), piece(2), piece(3)]);
    expect(scanFragments(whole, SCALES)).toEqual({ wholeBytes: whole.length, durationMs: 3000, fragments: 3 });
    const torn = whole.subarray(0, whole.length - 5);
    expect(scanFragments(torn, SCALES)).toEqual({ wholeBytes: piece(1).length * 2, durationMs: 2000, fragments: 2 });
  });

  it('survives whatever bytes it is given', async () => {
    const seed = Buffer.concat([
      piece(1),
      piece(2),
      Buffer.concat((await encodeFlv({ seconds: 0.2, hasVideo: false })).map(({ body }) => body)),
    ]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 40 }), fc.nat(seed.length), (changes, length) => {
        const bytes = Buffer.from(seed.subarray(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const { wholeBytes, durationMs } = scanFragments(bytes, SCALES);
        expect(wholeBytes).toBeLessThanOrEqual(bytes.length);
        expect(durationMs).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });
});
