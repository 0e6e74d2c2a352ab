import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, makeTag, type FlvTag } from '../../formats/index.js';
import { encodeFlv } from '../../testing/index.js';
import { Segmenter, type MediaSegment } from './Segmenter.js';

function cut(tags: readonly FlvTag[], targetMs = 2000): MediaSegment[] {
  const segments: MediaSegment[] = [];
  const segmenter = new Segmenter({ targetMs }, (segment) => segments.push(segment));
  for (const tag of tags) segmenter.push(tag);
  segmenter.flush();
  return segments;
}

const durations = (segments: readonly MediaSegment[]) => segments.map((segment) => Math.round(segment.durationMs / 10) / 100);
const shift = (tags: readonly FlvTag[], ms: number) => tags.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + ms }));

describe('Segmenter', { timeout: 60_000 }, () => {
  it('cuts 2 s groups of pictures one by one', async () => {
    const segments = cut(await encodeFlv({ seconds: 7, gop: 60 }));
    expect(durations(segments)).toEqual([2, 2, 2, 1]);
    expect(segments.every((segment) => segment.isIndependent && !segment.isDiscontinuous)).toBe(true);
    expect(segments[0]?.presentation.codecs).toMatch(/^avc1\.42c0..,mp4a\.40\.2$/);
    expect(segments[1]?.frameRate).toBeCloseTo(30, 1);
  });

  it('gives the first group at once and then joins short groups up to the target', async () => {
    expect(durations(cut(await encodeFlv({ seconds: 6, gop: 30 })))).toEqual([1, 2, 2, 1]);
  });

  it('does not let a key frame out of turn make a segment that overshoots', async () => {
    const first = await encodeFlv({ seconds: 4.9, gop: 60 });
    const media = await encodeFlv({ seconds: 4, gop: 60 });
    const segments = cut([...first, ...shift(media, 4900)]);
    expect(durations(segments)).toEqual([2, 2, 0.9, 2, 2]);
  });

  it('starts another presentation at a new config, and marks it', async () => {
    const small = await encodeFlv({ seconds: 2, size: '320x180' });
    const large = await encodeFlv({ seconds: 2, size: '640x360' });
    const segments = cut([...small, ...shift(large, 2000)]);
    expect(segments.map((segment) => [segment.isDiscontinuous, segment.presentation.video?.width])).toEqual([
      [false, 320],
      [true, 640],
    ]);
  });

  it('marks a hole in the timeline and starts again with a key frame', async () => {
    const tags = await encodeFlv({ seconds: 6, gop: 60 });
    const segments = cut(tags.filter((tag) => tag.isConfig || tag.dtsMs < 1000 || tag.dtsMs > 2500));
    expect(segments.map((segment) => [Math.round(segment.startMs / 100) / 10, segment.isDiscontinuous])).toEqual([
      [0, false],
      [4, true],
    ]);
  });

  it('carries sound alone, and pictures alone', async () => {
    const sound = cut(await encodeFlv({ seconds: 5, hasVideo: false }));
    expect(sound[0]?.presentation).toMatchObject({ codecs: 'mp4a.40.2', video: null });
    expect(sound.map((segment) => Math.round(segment.durationMs / 100) / 10)).toEqual([2, 2, 1]);
    expect(durations(cut(await encodeFlv({ seconds: 4, hasAudio: false })))).toEqual([2, 2]);
  });

  it('cuts without a key frame when none comes for too long', async () => {
    const segments = cut(await encodeFlv({ seconds: 15, gop: 600, size: '160x90' }));
    expect(segments.length).toBe(2);
    expect(segments[1]?.isIndependent).toBe(false);
  });

  it('answers any tags with segments or a FormatError, and goes on', async () => {
    const real = (await encodeFlv({ seconds: 1, size: '160x90' })).slice(0, 12);
    const anyTag = fc.record({
      kind: fc.constantFrom('video' as const, 'audio' as const, 'data' as const),
      head: fc.constantFrom([0x17, 0], [0x17, 1], [0x27, 1], [0xaf, 0], [0xaf, 1], [0x90], []),
      rest: fc.uint8Array({ maxLength: 40 }),
      dtsMs: fc.integer({ min: 0, max: 60_000 }),
    });
    const anyStep = fc.oneof(
      anyTag.map(({ kind, head, rest, dtsMs }) => makeTag(kind, dtsMs, Buffer.from([...head, ...rest]))),
      fc.constantFrom(...real),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (tags) => {
        const segmenter = new Segmenter({ targetMs: 2000 }, ({ durationMs, bytes }) => {
          expect(durationMs).toBeGreaterThan(0);
          expect(bytes.length).toBeGreaterThan(100);
        });
        for (const tag of tags) {
          try {
            segmenter.push(tag);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
        segmenter.flush();
      }),
      { numRuns: 1000 },
    );
  });
});
