import { describe, expect, it } from 'vitest';
import { blocksOf, latenciesOf, MODULUS, readBlocks } from './timecode.js';

describe('the timecode in a frame', () => {
  it.each([0, 1, 999, 1_795_347_396_627, MODULUS - 1])('reads as it was written: %i', (timeMs) => {
    expect(readBlocks(blocksOf(timeMs))).toBe(timeMs % MODULUS);
  });

  it('is not found in a frame of one colour, nor with a misread block', () => {
    const blank = blocksOf(0).map(() => false);
    expect([readBlocks(blank), readBlocks(blank.map(() => true))]).toEqual([null, null]);
    for (let bit = 0; bit < blank.length; bit++) {
      expect(readBlocks(blocksOf(1_795_347_396_627).map((isSet, at) => (at === bit ? !isSet : isSet)))).toBeNull();
    }
  });

  it('gives the age of a frame, even when the clock has wrapped since', () => {
    const seen = [MODULUS * 3 - 5, MODULUS * 3 + 5].map((madeAtMs) => ({ atMs: madeAtMs + 120, blocks: blocksOf(madeAtMs) }));
    expect(latenciesOf(seen)).toEqual({ latenciesMs: [120, 120], unreadable: 0 });
  });
});
