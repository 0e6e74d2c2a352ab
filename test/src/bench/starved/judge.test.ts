import { describe, expect, it } from 'vitest';
import { delaysMs, hear, longestPictureMs } from './judge.js';
import { BITS, readNumber } from './timedClip.js';

const FRAME_MS = 1000 / 30;

describe('the judge of a starved program', () => {
  it('hears each tone for as long as it sounds, and finds the longest time without one', () => {
    const sound = Float32Array.from({ length: 96_000 }, (_, at) => {
      const both = Math.sin((at * 300 * 2 * Math.PI) / 48_000);
      // The second tone is missing from 1.0 to 1.2 s.
      return at >= 48_000 && at < 57_600 ? both : both + Math.sin((at * 380 * 2 * Math.PI) / 48_000);
    });
    expect(hear(sound, [300, 380])).toEqual({ heardMs: [2000, 1800], longestGapMs: 200 });
  });

  it('counts how long the same frame stands, also in new pictures', () => {
    const pictures = [0, 1, 1, 1, 2, 3].map((number, index) => ({ timeMs: index * 100, arrivedAtMs: 0, number }));
    expect(longestPictureMs(pictures)).toBe(300);
  });

  it('measures delays up to a constant, across repeats of the clip', () => {
    const sent = Array.from({ length: 700 }, (_, frame) => ({
      timeMs: 0,
      arrivedAtMs: 5000 + frame * FRAME_MS + 250,
      number: frame % 300,
    }));
    for (const delay of delaysMs(sent, 5000)) expect(delay).toBeCloseTo(250);
  });

  it('reads the number of a frame, and nothing from a picture without one', () => {
    const luma = (number: number) =>
      Uint8Array.from({ length: 2 * BITS }, (_, at) => (((number >> (at % BITS)) & 1) === (at < BITS ? 1 : 0) ? 230 : 20));
    for (const number of [0, 1, 137, 299]) expect(readNumber(luma(number))).toBe(number);
    expect(readNumber(luma(511))).toBeNull();
    expect(readNumber(new Uint8Array(2 * BITS).fill(120))).toBeNull();
  });
});
