import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, makeTag, type FlvTag } from '../formats/index.js';
import { encodeFlv } from '../../testing/index.js';
import type { Part } from './PartMuxer.js';
import { PartTarget } from './PartTarget.js';
import { Segmenter, type SegmentHead, type SegmentSink } from './Segmenter.js';

interface CutSegment extends SegmentHead {
  parts: Part[];
}

class Collector implements SegmentSink {
  readonly segments: CutSegment[] = [];
  readonly partTarget = new PartTarget(333);

  begin(head: SegmentHead): void {
    this.segments.push({ ...head, parts: [] });
  }

  add(part: Part): void {
    this.segments.at(-1)?.parts.push(part);
  }

  end(): void {
    expect(this.segments.at(-1)).toBeDefined();
  }
}

function cut(tags: readonly FlvTag[], targetMs = 2000) {
  const sinks = { main: new Collector(), audio: new Collector() };
  const segmenter = new Segmenter({ targetMs }, sinks);
  for (const tag of tags) segmenter.push(tag);
  segmenter.flush();
  return { segments: sinks.main.segments, audio: sinks.audio.segments, partTargetMs: sinks.main.partTarget.ms };
}

const durationMs = ({ parts }: CutSegment) => parts.reduce((sum, part) => sum + part.durationMs, 0);
const durations = (segments: readonly CutSegment[]) => segments.map((segment) => Math.round(durationMs(segment) / 10) / 100);
const shift = (tags: readonly FlvTag[], ms: number) => tags.map((tag) => ({ ...tag, dtsMs: tag.dtsMs + ms }));

describe('Segmenter', () => {
  it('waits for a track that is known to come, even seconds late, and puts it where it belongs', async () => {
    const media = await encodeFlv({ seconds: 7, gop: 60, size: '160x90' });
    const sound = media.filter(({ kind }) => kind === 'audio');
    const picture = media.filter(({ kind }) => kind !== 'audio');
    const at = picture.findIndex(({ dtsMs }) => dtsMs > 5000);
    const late = [...picture.slice(0, at), ...sound.filter(({ dtsMs }) => dtsMs <= 5000)];
    const rest = [...picture.slice(at), ...sound.filter(({ dtsMs }) => dtsMs > 5000)].sort((a, b) => a.dtsMs - b.dtsMs);
    const sinks = { main: new Collector(), audio: new Collector() };
    const segmenter = new Segmenter({ targetMs: 2000 }, sinks, (kind) => kind === 'audio');
    for (const tag of [...late, ...rest]) segmenter.push(tag);
    segmenter.flush();
    const inTime = cut(media);
    const shape = (segments: readonly CutSegment[]) => segments.map((one) => [one.presentation.codecs, one.startMs, durationMs(one)]);
    expect(shape(sinks.main.segments)).toEqual(shape(inTime.segments));
    expect(shape(sinks.audio.segments)).toEqual(shape(inTime.audio));
  });

  it('makes a segment of each 2 s group of pictures', async () => {
    const { segments } = cut(await encodeFlv({ seconds: 7, gop: 60 }));
    expect(durations(segments)).toEqual([2, 2, 2, 1]);
    expect(segments.every((segment) => segment.isIndependent && !segment.isDiscontinuous)).toBe(true);
    expect(segments[0]?.presentation.codecs).toMatch(/^avc1\.42c0..,mp4a\.40\.2$/);
  });

  it.each([30, 25, 24, 15, 8, 60])('cuts parts near the target and never above it at %d fps', async (fps) => {
    const media = (await encodeFlv({ seconds: 5, gop: 60, size: '160x90' })).map((tag) => ({ ...tag, dtsMs: tag.dtsMs * 1 }));
    const stepMs = 1000 / fps;
    let pictures = 0;
    const paced = media
      .filter((tag) => tag.kind === 'video')
      .map((tag) => (tag.isConfig ? tag : { ...tag, dtsMs: Math.round(pictures++ * stepMs) }));
    const { segments, partTargetMs } = cut(paced);
    const parts = segments.flatMap((segment) =>
      segment.parts.map((part, index) => ({ ...part, isLast: index === segment.parts.length - 1 })),
    );
    for (const part of parts) expect(part.durationMs).toBeLessThanOrEqual(partTargetMs + 0.1);
    for (const part of parts) if (!part.isLast) expect(part.durationMs).toBeGreaterThanOrEqual(0.85 * partTargetMs);
    expect(partTargetMs).toBeLessThan(400);
    expect(parts.length).toBeGreaterThan(4);
  });

  it('marks the parts where players can start', async () => {
    const { segments } = cut(await encodeFlv({ seconds: 4, gop: 30 }));
    for (const { parts } of segments) expect(parts[0]?.isIndependent).toBe(true);
    expect(segments[1]?.parts.filter((part) => part.isIndependent).length).toBe(2);
  });

  it('cuts the audio rendition at the same places, from the same samples', async () => {
    const { segments, audio } = cut(await encodeFlv({ seconds: 6, gop: 60, sampleRate: 44_100 }));
    expect(audio.map(({ startMs }) => startMs)).toEqual(segments.map(({ startMs }) => startMs));
    expect(audio.every(({ presentation }) => presentation.codecs === 'mp4a.40.2' && presentation.video === null)).toBe(true);
    const total = (of: readonly CutSegment[]) => of.reduce((sum, segment) => sum + durationMs(segment), 0);
    expect(total(audio)).toBeCloseTo(total(segments), -2);
  });

  it('continues with the audio when the camera hangs', async () => {
    const tags = (await encodeFlv({ seconds: 8, gop: 300 })).filter((tag) => tag.kind === 'audio' || tag.isConfig || tag.dtsMs < 1000);
    const { segments, partTargetMs } = cut(tags);
    expect(partTargetMs).toBeLessThan(400);
    expect(Math.max(...durations(segments))).toBeLessThan(4);
    expect(segments.flatMap(({ parts }) => parts).length).toBeGreaterThan(18);
  });

  it('delivers the first group at once and then joins short groups up to the target', async () => {
    expect(durations(cut(await encodeFlv({ seconds: 6, gop: 30 })).segments)).toEqual([1, 2, 2, 1]);
  });

  it('does not let an extra key frame make a segment overshoot', async () => {
    const first = await encodeFlv({ seconds: 4.9, gop: 60 });
    const media = await encodeFlv({ seconds: 4, gop: 60 });
    expect(durations(cut([...first, ...shift(media, 4900)]).segments)).toEqual([2, 2, 0.9, 2, 2]);
  });

  it('starts a new presentation at a new config, and marks it in both renditions', async () => {
    const small = await encodeFlv({ seconds: 2, size: '320x180' });
    const large = await encodeFlv({ seconds: 2, size: '640x360' });
    const { segments, audio } = cut([...small, ...shift(large, 2000)]);
    expect(segments.map((segment) => [segment.isDiscontinuous, segment.presentation.video?.width])).toEqual([
      [false, 320],
      [true, 640],
    ]);
    expect(audio.map((segment) => segment.isDiscontinuous)).toEqual([false, true]);
  });

  it('waits for the config of a track that comes after the first frames', async () => {
    const media = await encodeFlv({ seconds: 4, gop: 60 });
    const late = [...media.filter((tag) => tag.kind === 'video'), ...media.filter((tag) => tag.kind === 'audio')].sort((one, other) => {
      const at = (tag: FlvTag) => (tag.kind === 'audio' && tag.isConfig ? 300 : tag.dtsMs);
      return at(one) - at(other);
    });
    const { segments } = cut(late.filter((tag) => tag.kind !== 'audio' || tag.isConfig || tag.dtsMs > 300));
    expect(segments.map(({ isDiscontinuous, presentation }) => [isDiscontinuous, presentation.codecs.includes('mp4a')])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('marks a hole in the timeline and starts again with a key frame', async () => {
    const tags = await encodeFlv({ seconds: 6, gop: 60 });
    const { segments } = cut(tags.filter((tag) => tag.isConfig || tag.dtsMs < 1000 || tag.dtsMs > 2500));
    expect(segments.map((segment) => [Math.round(segment.startMs / 100) / 10, segment.isDiscontinuous])).toEqual([
      [0, false],
      [4, true],
    ]);
  });

  it('carries audio alone, and video alone', async () => {
    const { segments } = cut(await encodeFlv({ seconds: 5, hasVideo: false }));
    expect(segments[0]?.presentation).toMatchObject({ codecs: 'mp4a.40.2', video: null });
    expect(segments.map((segment) => Math.round(durationMs(segment) / 100) / 10)).toEqual([2, 2, 1]);
    expect(durations(cut(await encodeFlv({ seconds: 4, hasAudio: false })).segments)).toEqual([2, 2]);
  });

  it('cuts without a key frame when none comes for too long', async () => {
    const { segments } = cut(await encodeFlv({ seconds: 15, gop: 600, size: '160x90' }));
    expect(segments.length).toBe(2);
    expect(segments[1]?.isIndependent).toBe(false);
  });

  it('turns any tags into segments or a FormatError, and continues', async () => {
    const real = (await encodeFlv({ seconds: 1, size: '160x90' })).slice(0, 12);
    const anyTag = fc.record({
      kind: fc.constantFrom('video' as const, 'audio' as const, 'data' as const),
      head: fc.constantFrom(
        [0x17, 0],
        [0x17, 1],
        [0x27, 1],
        [0xaf, 0],
        [0xaf, 1],
        [0x90],
        [0x90, 0x68, 0x76, 0x63, 0x31],
        [0x91, 0x4f, 0x70, 0x75, 0x73],
        [],
      ),
      rest: fc.uint8Array({ maxLength: 40 }),
      dtsMs: fc.double({ min: -5000, max: 60_000, noNaN: true }),
    });
    const anyStep = fc.oneof(
      anyTag.map(({ kind, head, rest, dtsMs }) => makeTag(kind, dtsMs, Buffer.from([...head, ...rest]))),
      fc.constantFrom(...real),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (tags) => {
        const sinks = { main: new Collector(), audio: new Collector() };
        const segmenter = new Segmenter({ targetMs: 2000 }, sinks);
        for (const tag of tags) {
          try {
            segmenter.push(tag);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
        try {
          segmenter.flush();
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
        for (const { parts } of [...sinks.main.segments, ...sinks.audio.segments])
          for (const part of parts) {
            expect(part.durationMs).toBeGreaterThan(0);
            expect(part.bytes.length).toBeGreaterThan(100);
          }
      }),
      { numRuns: 1000 },
    );
  });
});
