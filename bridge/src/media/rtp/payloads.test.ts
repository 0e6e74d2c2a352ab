import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoCodec } from '@lianmai/protocol';
import { packetOf } from './testing/packets.js';
import type { EncodedFrame } from './EncodedFrame.js';
import { FrameAssembler } from './FrameAssembler.js';
import { opusSamples } from './opusPayload.js';

function createAssembler(codec: VideoCodec) {
  const frames: { key: boolean; hex: string; timestamp: number }[] = [];
  let wanted = 0;
  const onFrame = ({ isKeyFrame, chunks, timestamp }: EncodedFrame) =>
    frames.push({ key: isKeyFrame, hex: Buffer.concat(chunks).toString('hex'), timestamp });
  const assembler = new FrameAssembler(codec, { onFrame, onKeyFrameNeeded: () => wanted++ });
  const push = (hex: string, timestamp: number, hasMarker = true) =>
    assembler.push(packetOf({ payload: Buffer.from(hex.replaceAll(' ', ''), 'hex'), timestamp, hasMarker }));
  return { frames, push, assembler, wanted: () => wanted };
}

describe('VP8 (RFC 7741)', () => {
  it('joins a frame and drops the descriptor with all its extensions', () => {
    const { frames, push } = createAssembler('VP8');
    push('90 f0 81 23 07 60 00aabb', 9, false);
    push('80 f0 81 23 07 60 ccdd', 9);
    push('10 01ee', 10);
    expect(frames).toEqual([
      { key: true, hex: '00aabbccdd', timestamp: 9 },
      { key: false, hex: '01ee', timestamp: 10 },
    ]);
  });

  it('drops everything from a loss to the next key frame, and asks for one', () => {
    const { frames, push, assembler, wanted } = createAssembler('VP8');
    push('10 00', 1);
    push('10 01', 2, false);
    assembler.lose();
    push('00 ff', 2);
    push('10 01', 3);
    expect(wanted()).toBe(2);
    push('10 00', 4);
    push('10 01', 5);
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([1, 4, 5]);
  });

  it('continues after a loss when the picture ids show that no frame is missing', () => {
    const { frames, push, assembler } = createAssembler('VP8');
    push('90 80 7f 00', 1);
    assembler.lose();
    push('90 80 00 01', 2);
    assembler.lose();
    push('90 80 02 01', 3);
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([1, 2]);
  });

  it('ends a frame at the next timestamp when the marker is missing', () => {
    const { frames, push } = createAssembler('VP8');
    push('10 00', 1, false);
    push('10 01', 2, false);
    push('10 01', 3, false);
    expect(frames.map(({ timestamp }) => timestamp)).toEqual([1, 2]);
  });
});

describe('VP9 (RFC 9628)', () => {
  it('drops descriptor, layer indices and scalability structure', () => {
    const { frames, push } = createAssembler('VP9');
    // I=1 L=1 B=1 V=1, 15-bit picture id, T0 S0, TL0PICIDX; V: 2 layers, Y=1, G=1 with one picture of one reference.
    push('aa 8123 00 05 38 0140 00b4 0280 0168 01 04 01 82aabb', 1, false);
    push('a4 8123 00 05 ccdd', 1);
    push('ec 8124 00 06 86ee', 2);
    expect(frames).toEqual([
      { key: true, hex: '82aabbccdd', timestamp: 1 },
      { key: false, hex: '86ee', timestamp: 2 },
    ]);
  });

  it('skips references in flexible mode', () => {
    const { frames, push } = createAssembler('VP9');
    push('9c 01 82aa', 1);
    push('dc 02 03 05 06 86bb', 2);
    expect(frames[1]).toEqual({ key: false, hex: '86bb', timestamp: 2 });
  });

  it('makes a frame of each spatial layer of a picture', () => {
    const { frames, push, assembler } = createAssembler('VP9');
    push('ac 01 00 00 82aa', 1, false);
    push('ac 01 03 00 86bb', 1);
    expect(frames).toEqual([
      { key: true, hex: '82aa', timestamp: 1 },
      { key: false, hex: '86bb', timestamp: 1 },
    ]);
    push('ec 02 00 00 86cc', 2, false);
    assembler.lose();
    push('ec 03 00 00 86dd', 3);
    expect(frames.length).toBe(3);
  });
});

describe('H.264 (RFC 6184)', () => {
  const SPS = '6742c01f';
  const PPS = '68ce3c80';

  it('writes single units, aggregates and fragments as Annex B', () => {
    const { frames, push } = createAssembler('H264');
    push(`78 0004${SPS} 0004${PPS}`, 1, false);
    push('7c 85 88aa', 1, false);
    push('7c 05 bb', 1, false);
    push('7c 45 cc', 1);
    push('41 9add', 2);
    expect(frames).toEqual([
      { key: true, hex: `00000001${SPS}00000001${PPS}000000016588aabbcc`, timestamp: 1 },
      { key: false, hex: '00000001419add', timestamp: 2 },
    ]);
  });

  it('inserts the parameter sets before a key frame without them', () => {
    const { frames, push } = createAssembler('H264');
    push(`78 0004${SPS} 0004${PPS}`, 1, false);
    push('6588', 1);
    push('6588', 2);
    expect(frames[1]?.hex).toBe(`00000001${SPS}00000001${PPS}000000016588`);
  });

  it('accepts no key frame without parameter sets or without its first slice', () => {
    const { frames, push, assembler } = createAssembler('H264');
    push('6588', 1);
    push(`78 0004${SPS} 0004${PPS}`, 2, false);
    assembler.lose();
    push('6500', 2);
    expect(frames).toEqual([]);
    push('6588', 3);
    expect(frames.length).toBe(1);
  });

  it('accepts no fragment whose beginning is missing', () => {
    const { frames, push, assembler } = createAssembler('H264');
    push(`78 0004${SPS} 0004${PPS}`, 1, false);
    push('6588', 1);
    assembler.lose();
    push('7c 45 cc', 2);
    expect(frames.length).toBe(1);
  });
});

describe('any bytes', () => {
  it.each(['VP8', 'VP9', 'H264'] as const)('as %s payloads never throw, and yield as many bytes as announced', (codec) => {
    const packets = fc.array(
      fc.record({ payload: fc.uint8Array({ maxLength: 40 }), timestamp: fc.nat(3), hasMarker: fc.boolean(), isLost: fc.boolean() }),
    );
    fc.assert(
      fc.property(packets, (list) => {
        const onFrame = ({ chunks, byteLength }: EncodedFrame) => expect(Buffer.concat(chunks).length).toBe(byteLength);
        const assembler = new FrameAssembler(codec, { onFrame, onKeyFrameNeeded: () => undefined });
        for (const { isLost, ...fields } of list) {
          if (isLost) assembler.lose();
          assembler.push(packetOf(fields));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('opusSamples', () => {
  it.each([
    ['f8', 960],
    ['fc00', 960],
    ['f90102', 1920],
    ['fa0101aa', 1920],
    ['fb03010203', 2880],
    ['fb8301000101', 2880],
    ['fb43030102030000', null],
    ['fb430101020300', 2880],
    ['08', 960],
    ['18', 2880],
    ['e0', 120],
    ['', null],
    ['f901', null],
    ['f9010203', null],
    ['fa05aa', null],
    ['fb00', null],
    ['fb30', null],
  ])('of %s is %s', (hex, samples) => {
    expect(opusSamples(Buffer.from(hex, 'hex'))).toBe(samples);
  });

  it('accepts any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (packet) => void opusSamples(packet)));
  });
});
