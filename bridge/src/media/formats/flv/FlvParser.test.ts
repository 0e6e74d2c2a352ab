import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../testing/fuzz/index.js';
import { FlvParser, flvFileHeader, flvTagParts, FormatError, isSequenceEnd, makeTag, type FlvTag } from '../index.js';

const header = flvFileHeader({ hasVideo: true, hasAudio: true });
const bytesOf = (tags: readonly FlvTag[]) => Buffer.concat([header, ...tags.flatMap((tag) => flvTagParts(tag, tag.dtsMs))]);
const keyFrame = makeTag('video', 0, Buffer.from([0x17, 1, 0, 0, 0, 9]));

const anyTag = fc
  .record({
    kind: fc.constantFrom('video' as const, 'audio' as const, 'data' as const),
    dtsMs: fc.integer({ min: 0, max: 0xffffffff }),
    body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  })
  .map(({ kind, dtsMs, body }) => makeTag(kind, dtsMs, Buffer.from(body)));

describe('FLV', () => {
  it('returns what was written, however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(anyTag, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
        (tags, cuts) => {
          const bytes = bytesOf(tags);
          const parser = new FlvParser();
          const read: FlvTag[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            read.push(...parser.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(tags);
        },
      ),
    );
  });

  it('turns any bytes into tags or a FormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, isFlv) => {
        try {
          new FlvParser().push(Buffer.concat([isFlv ? header : Buffer.alloc(0), bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(2000) },
    );
  });

  it('distinguishes key frames, configs and ends, in legacy and enhanced headers', () => {
    const of = (kind: FlvTag['kind'], ...bytes: number[]) => makeTag(kind, 0, Buffer.from(bytes));
    expect(keyFrame).toMatchObject({ isKeyFrame: true, isConfig: false });
    expect(of('video', 0x17, 0, 0, 0, 0)).toMatchObject({ isKeyFrame: false, isConfig: true });
    expect(of('video', 0x27, 1, 0, 0, 0)).toMatchObject({ isKeyFrame: false, isConfig: false });
    expect(of('video', 0x90, 1)).toMatchObject({ isKeyFrame: false, isConfig: true });
    expect(of('video', 0x93, 1)).toMatchObject({ isKeyFrame: true, isConfig: false });
    expect(of('audio', 0xaf, 0)).toMatchObject({ isConfig: true });
    expect(of('audio', 0xaf, 1)).toMatchObject({ isConfig: false });
    expect(of('audio', 0x2f, 0)).toMatchObject({ isConfig: false });
    expect(isSequenceEnd(of('video', 0x17, 2, 0, 0, 0))).toBe(true);
    expect(isSequenceEnd(keyFrame)).toBe(false);
  });
});
