import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../formats/index.js';
import { fuzzRuns } from '../../../testing/fuzz/index.js';
import { ErtmpNormaliser, RtmpTimestamps, UnsupportedCodec } from './index.js';

const cc = (name: string) => [...Buffer.from(name, 'latin1')];
const video = (...bytes: number[]) => [...(new ErtmpNormaliser('video').normalise(Buffer.from(bytes)) ?? [])];
const audio = (...bytes: number[]) => [...(new ErtmpNormaliser('audio').normalise(Buffer.from(bytes)) ?? [])];

describe('ErtmpNormaliser', () => {
  it('leaves H.264, AAC and MP3 with legacy headers unchanged', () => {
    expect(video(0x17, 1, 0, 0, 40, 9)).toEqual([0x17, 1, 0, 0, 40, 9]);
    expect(audio(0xaf, 1, 9)).toEqual([0xaf, 1, 9]);
    expect(audio(0x2f, 0xff, 0xfb)).toEqual([0x2f, 0xff, 0xfb]);
  });

  it('gives enhanced H.264, AAC and MP3 their legacy headers', () => {
    expect(video(0x90, ...cc('avc1'), 1, 2)).toEqual([0x17, 0, 0, 0, 0, 1, 2]);
    expect(video(0xa1, ...cc('avc1'), 0xff, 0xff, 0xfe, 9)).toEqual([0x27, 1, 0xff, 0xff, 0xfe, 9]);
    expect(video(0xa3, ...cc('avc1'), 9)).toEqual([0x27, 1, 0, 0, 0, 9]);
    expect(video(0x92, ...cc('avc1'))).toEqual([0x17, 2, 0, 0, 0]);
    expect(audio(0x90, ...cc('mp4a'), 0x12, 0x10)).toEqual([0xaf, 0, 0x12, 0x10]);
    expect(audio(0x91, ...cc('mp4a'), 9)).toEqual([0xaf, 1, 9]);
    expect(audio(0x91, ...cc('.mp3'), 0xff)).toEqual([0x2f, 0xff]);
  });

  it('gives legacy HEVC its enhanced header, and leaves the rest enhanced', () => {
    expect(video(0x1c, 0, 0, 0, 0, 1)).toEqual([0x90, ...cc('hvc1'), 1]);
    expect(video(0x2c, 1, 0, 0, 40, 9)).toEqual([0xa1, ...cc('hvc1'), 0, 0, 40, 9]);
    for (const name of ['hvc1', 'av01', 'vp09']) expect(video(0x93, ...cc(name), 9)).toEqual([0x93, ...cc(name), 9]);
    expect(audio(0x91, ...cc('Opus'), 9)).toEqual([0x91, ...cc('Opus'), 9]);
  });

  it('skips ModEx, short and long, one after another', () => {
    expect(video(0x97, 2, 1, 2, 3, 0x01, ...cc('av01'), 9)).toEqual([0x91, ...cc('av01'), 9]);
    expect(video(0x97, 0, 7, 0x07, 0, 7, 0x03, ...cc('hvc1'), 9)).toEqual([0x93, ...cc('hvc1'), 9]);
    const long = [0x97, 0xff, 0x01, 0x00, ...Array.from({ length: 257 }, () => 5), 0x01, ...cc('vp09'), 9];
    expect(video(...long)).toEqual([0x91, ...cc('vp09'), 9]);
    expect(audio(0x97, 0, 7, 0x01, ...cc('Opus'), 9)).toEqual([0x91, ...cc('Opus'), 9]);
  });

  it('takes the first track it sees, alone or among others, and ignores the others', () => {
    const one = new ErtmpNormaliser('video');
    expect(one.normalise(Buffer.from([0x90, ...cc('hvc1'), 1]))).not.toBeNull();
    expect(one.normalise(Buffer.from([0x96, 0x00, ...cc('hvc1'), 1, 2]))).toBeNull();
    expect(one.normalise(Buffer.from([0x96, 0x01, ...cc('hvc1'), 0, 9]))?.at(-1)).toBe(9);
    const many = [0x96, 0x11, ...cc('av01'), 3, 0, 0, 1, 33, 4, 0, 0, 1, 44];
    expect(video(...many)).toEqual([0x91, ...cc('av01'), 33]);
    const mixed = [0x96, 0x21, ...cc('av01'), 3, 0, 0, 1, 33, ...cc('vp08'), 4, 0, 0, 1, 44];
    expect(video(...mixed)).toEqual([0x91, ...cc('av01'), 33]);
    expect(audio(0x95, 0x01, ...cc('Opus'), 0, 9)).toEqual([0x91, ...cc('Opus'), 9]);
  });

  it('returns nothing for commands, metadata and channel maps', () => {
    expect(video(0x57, 0)).toEqual([]);
    expect(video(0x94, ...cc('hvc1'), 2)).toEqual([]);
    expect(video(0xd1, ...cc('hvc1'))).toEqual([]);
    expect(audio(0x94, ...cc('Opus'), 1, 2)).toEqual([]);
    expect(audio()).toEqual([]);
  });

  it('names codecs that it cannot carry', () => {
    expect(() => video(0x14, 1)).toThrow(new UnsupportedCodec('VP6'));
    expect(() => video(0x91, ...cc('vp08'), 1)).toThrow(new UnsupportedCodec('vp08'));
    expect(() => audio(0xb2, 1)).toThrow(new UnsupportedCodec('Speex'));
    expect(() => audio(0x91, ...cc('fLaC'), 1)).toThrow(new UnsupportedCodec('fLaC'));
  });

  it('turns any bytes into a body, nothing or a FormatError', () => {
    const header = fc.constantFrom(0x96, 0x97, 0x95, 0x91, 0x90, 0x17, 0x1c, 0xaf);
    fc.assert(
      fc.property(
        fc.constantFrom('video', 'audio'),
        header,
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
        (kind, first, bodies) => {
          const track = new ErtmpNormaliser(kind);
          for (const body of bodies) {
            try {
              expect(track.normalise(Buffer.from([first, ...body]))?.length ?? 0).toBeLessThan(60);
            } catch (error) {
              expect(error).toBeInstanceOf(FormatError);
            }
          }
        },
      ),
      { numRuns: fuzzRuns(10_000) },
    );
  });
});

describe('RtmpTimestamps', () => {
  const unwrap = (...times: number[]) => {
    const unwrapper = new RtmpTimestamps();
    return times.map((time) => unwrapper.unwrap(time));
  };

  it('grows through both wraps, with audio and video out of order', () => {
    expect(unwrap(0xfffffff0, 0x10, 0xfffffff8, 0x20)).toEqual([1000, 1032, 1008, 1048]);
    expect(unwrap(0x7ffffff0, 0x10, 0x7ffffff8, 0x20)).toEqual([1000, 1032, 1008, 1048]);
    expect(unwrap(0x7ffffff0, 0x80000010)).toEqual([1000, 1032]);
    expect(unwrap(0, 33, 20)).toEqual([0, 33, 20]);
  });
});
