import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../FormatError.js';
import { ChunkReader, ChunkWriter, setChunkSize, type RtmpMessage } from './index.js';

const LIMITS = { maxMessageBytes: 100_000, maxChunkStreams: 16 };

const anyMessage = fc.record({
  typeId: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.integer({ min: 0, max: 0xffffffff }),
  timestampMs: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0xfffffe, 0xffffff, 0x1000000)),
  body: fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
});

describe('RTMP chunks', () => {
  it('carry messages of any time and size over any chunk size and cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 3, max: 8 }), anyMessage), { maxLength: 8 }),
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        (messages, chunkBytes, cuts) => {
          const writer = new ChunkWriter();
          const pieces: Buffer[] = [];
          writer.write(pieces, 2, setChunkSize(chunkBytes));
          writer.chunkBytes = chunkBytes;
          let counted = 0;
          const before = Buffer.concat(pieces).length;
          for (const [chunkStream, message] of messages) counted += writer.write(pieces, chunkStream, message);
          const bytes = Buffer.concat(pieces);
          expect(counted).toBe(bytes.length - before);
          const reader = new ChunkReader(LIMITS);
          const read: RtmpMessage[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            read.push(...reader.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(read.slice(1)).toEqual(messages.map(([, message]) => message));
        },
      ),
    );
  });

  it('understands deltas and repeated headers, which others write', () => {
    const reader = new ChunkReader(LIMITS);
    const full = [3, 0, 0, 100, 0, 0, 1, 8, 1, 0, 0, 0, 0xaa];
    const [a, b, c, d] = reader.push(Buffer.from([...full, 0x43, 0, 0, 20, 0, 0, 1, 8, 0xbb, 0x83, 0, 0, 30, 0xcc, 0xc3, 0xdd]));
    expect([a, b, c, d].map((message) => [message?.timestampMs, message?.streamId, message?.body[0]])).toEqual([
      [100, 1, 0xaa],
      [120, 1, 0xbb],
      [150, 1, 0xcc],
      [180, 1, 0xdd],
    ]);
  });

  it('refuses what is too large, out of place or not RTMP', () => {
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([3, 0, 0, 0, 255, 255, 255, 9, 1, 0, 0, 0]))).toThrow(FormatError);
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([0xc5, 0]))).toThrow(FormatError);
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow(FormatError);
  });

  it('answers any bytes with messages or a FormatError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
        const reader = new ChunkReader(LIMITS);
        try {
          for (const chunk of chunks) reader.push(Buffer.from(chunk));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
