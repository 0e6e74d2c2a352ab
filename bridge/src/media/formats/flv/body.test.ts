import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../testing/fuzz/index.js';
import { isSequenceEnd, makeMediaTag, makeTag, readFlvBody, type MediaCodec } from '../index.js';

const CODECS: readonly MediaCodec[] = ['h264', 'hevc', 'av1', 'vp9', 'aac', 'opus', 'mp3'];
const data = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

describe('media in FLV tags', () => {
  it.each(CODECS)('%s survives writing and reading: frames and configuration', (codec) => {
    const isVideo = ['h264', 'hevc', 'av1', 'vp9'].includes(codec);
    const compositionMs = codec === 'h264' || codec === 'hevc' ? 40 : 0;
    const tag = makeMediaTag({ codec, dtsMs: 1000.5, data, isKeyFrame: true, compositionMs });
    expect(tag).toMatchObject({ kind: isVideo ? 'video' : 'audio', dtsMs: 1000.5, isKeyFrame: isVideo, isConfig: false });
    expect(readFlvBody(tag)).toEqual({ codec, isConfig: false, compositionMs, data });
    expect(isSequenceEnd(tag)).toBe(false);
    if (codec === 'mp3') return;
    const config = makeMediaTag({ codec, dtsMs: 0, data, isConfig: true });
    expect(config).toMatchObject({ isConfig: true, isKeyFrame: false });
    expect(readFlvBody(config)).toEqual({ codec, isConfig: true, compositionMs: 0, data });
  });

  it('reads what others write: HEVC under codec 12, enhanced avc1 and hvc1 with times, CodedFramesX, enhanced AAC', () => {
    const read = (kind: 'video' | 'audio', head: number[] | string, rest: number[] = []) =>
      readFlvBody(
        makeTag(
          kind,
          0,
          Buffer.concat([typeof head === 'string' ? Buffer.from(head, 'latin1') : Buffer.from(head), Buffer.from(rest), data]),
        ),
      );
    expect(read('video', [0x1c, 1, 0xff, 0xff, 0xf6])).toMatchObject({ codec: 'hevc', isConfig: false, compositionMs: -10, data });
    expect(read('video', [0x1c, 0, 0, 0, 0])).toMatchObject({ codec: 'hevc', isConfig: true });
    expect(read('video', '\x91avc1', [0, 0, 33])).toMatchObject({ codec: 'h264', compositionMs: 33, data });
    expect(read('video', '\xa1hvc1', [0, 0, 33])).toMatchObject({ codec: 'hevc', compositionMs: 33, data });
    expect(read('video', '\xa3hvc1')).toMatchObject({ codec: 'hevc', compositionMs: 0, data });
    expect(read('audio', '\x91mp4a')).toMatchObject({ codec: 'aac', isConfig: false, data });
    expect(read('audio', '\x90Opus')).toMatchObject({ codec: 'opus', isConfig: true, data });
    expect(read('video', [0x12])).toMatchObject({ codec: 'unknown' });
    for (const none of ['\x96avc1', '\x97\x01', '\x92avc1', '\x94avc1']) expect(read('video', none)).toBeNull();
    for (const none of ['\x95Opus', '\x97\x01', '\x92Opus']) expect(read('audio', none)).toBeNull();
  });

  it('accepts any bytes and never throws', () => {
    const kind = fc.constantFrom('video' as const, 'audio' as const, 'data' as const);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom('\x91hvc1', '\x91Opus', '\x17\x01').map((text) => Buffer.from(text, 'latin1')),
    );
    fc.assert(
      fc.property(kind, bytes, (kind, bytes) => {
        const read = readFlvBody({ kind, body: Buffer.from(bytes) });
        expect(read === null || read.data.length <= bytes.length).toBe(true);
      }),
      { numRuns: fuzzRuns(20_000) },
    );
  });
});
