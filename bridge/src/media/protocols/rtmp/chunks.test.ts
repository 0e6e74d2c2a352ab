import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../formats/index.js';
import { fuzzRuns } from '../../../testing/fuzz/index.js';
import { ChunkReader, ChunkWriter, RTMP, setChunkSize, splitAggregate, type RtmpMessage } from './index.js';

const LIMITS = { maxMessageBytes: 100_000, maxChunkStreams: 16 };

const anyMessage = fc.record({
  typeId: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.integer({ min: 0, max: 0xffffffff }),
  timestampMs: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0xfffffe, 0xffffff, 0x1000000)),
  body: fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
});

describe('RTMP chunks', () => {
  it('carry messages of any time and size, whatever the chunk size and the splits', () => {
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

  it('understands deltas and repeated headers', () => {
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

  it('understands extended times in all four headers, whether further chunks repeat them or not', () => {
    const body = (byte: number) => Array.from({ length: 200 }, () => byte);
    const time = (ms: number) => [ms >>> 24, (ms >>> 16) & 0xff, (ms >>> 8) & 0xff, ms & 0xff];
    for (const isRepeated of [true, false]) {
      const further = (ms: number, byte: number) => [0xc3, ...(isRepeated ? time(ms) : []), ...body(byte).slice(128)];
      const chunks = [
        [3, 255, 255, 255, 0, 0, 200, 9, 1, 0, 0, 0, ...time(0x01000000), ...body(1).slice(0, 128), ...further(0x01000000, 1)],
        [0x43, 255, 255, 255, 0, 0, 200, 9, ...time(0x01000005), ...body(2).slice(0, 128), ...further(0x01000005, 2)],
        [0x83, 255, 255, 255, ...time(0x01000007), ...body(3).slice(0, 128), ...further(0x01000007, 3)],
        [0xc3, ...time(0x01000007), ...body(4).slice(0, 128), ...further(0x01000007, 4)],
      ];
      const messages = new ChunkReader(LIMITS).push(Buffer.from(chunks.flat()));
      expect(messages.map(({ timestampMs, body: bytes }) => [timestampMs, bytes.equals(Buffer.alloc(200, bytes[0]))])).toEqual([
        [0x01000000, true],
        [0x02000005, true],
        [0x0300000c, true],
        [0x04000013, true],
      ]);
    }
  });

  it('joins a large message from small chunks and small reads in linear time', () => {
    const body = Buffer.alloc(4_000_000, 7);
    const pieces: Buffer[] = [];
    new ChunkWriter().write(pieces, 6, { typeId: 9, streamId: 1, timestampMs: 0, body });
    const bytes = Buffer.concat(pieces);
    const reader = new ChunkReader({ maxMessageBytes: 8_000_000, maxChunkStreams: 4 });
    const before = process.cpuUsage();
    const read: RtmpMessage[] = [];
    for (let at = 0; at < bytes.length; at += 100) read.push(...reader.push(bytes.subarray(at, at + 100)));
    expect(read[0]?.body.equals(body)).toBe(true);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000); // 50 ms; copying everything each time would take minutes
  });

  it('forgets aborted messages, and bounds unfinished ones', () => {
    const begin = (id: number, bytes: number) => [
      id,
      0,
      0,
      0,
      bytes >> 16,
      (bytes >> 8) & 0xff,
      bytes & 0xff,
      9,
      1,
      0,
      0,
      0,
      ...Array.from({ length: 128 }, () => 1),
    ];
    const reader = new ChunkReader(LIMITS);
    const abort = [2, 0, 0, 0, 0, 0, 4, RTMP.abort, 0, 0, 0, 0, 0, 0, 0, 5];
    const whole = [5, 0, 0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 0xaa];
    const messages = reader.push(Buffer.from([...begin(5, 300), ...abort, ...whole]));
    expect(messages.map(({ typeId, body }) => [typeId, body.length])).toEqual([
      [RTMP.abort, 4],
      [9, 1],
    ]);
    expect(() => Array.from({ length: 17 }, (_, index) => reader.push(Buffer.from(begin(3 + index, 90_000))))).toThrow(
      'too many chunk streams',
    );
  });

  it('splits an aggregate, whatever it contains', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          splitAggregate({ typeId: RTMP.aggregate, streamId: 1, timestampMs: 0, body: Buffer.from(bytes) });
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(3000) },
    );
  });

  it('rejects messages that are too large, out of place or not RTMP', () => {
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([3, 0, 0, 0, 255, 255, 255, 9, 1, 0, 0, 0]))).toThrow(FormatError);
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([0xc5, 0]))).toThrow(FormatError);
    expect(() => new ChunkReader(LIMITS).push(Buffer.from([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow(FormatError);
  });

  it('turns any bytes into messages or a FormatError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
        const reader = new ChunkReader(LIMITS);
        try {
          for (const chunk of chunks) reader.push(Buffer.from(chunk));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(5000) },
    );
  });
});
