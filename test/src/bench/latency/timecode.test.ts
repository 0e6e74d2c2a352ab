import { describe, expect, it } from 'vitest';
import { blocksOf, latenciesOf, MODULUS, readBlocks } from './timecode.js';

describe('the timecode in the picture', () => {
  it.each([0, 1, 999, 1_795_347_396_627, MODULUS - 1])('is read as it was written: %i', (timeMs) => {
    expect(readBlocks(blocksOf(timeMs))).toBe(timeMs % MODULUS);
  });

  it('is not seen in what is none: one colour, or a block misread', () => {
    const blank = blocksOf(0).map(() => false);
    expect([readBlocks(blank), readBlocks(blank.map(() => true))]).toEqual([null, null]);
    for (let bit = 0; bit < blank.length; bit++) {
      expect(readBlocks(blocksOf(1_795_347_396_627).map((isSet, at) => (at === bit ? !isSet : isSet)))).toBeNull();
    }
  });

  it('tells how old a picture is, also when the clock has wrapped since', () => {
    const seen = [MODULUS * 3 - 5, MODULUS * 3 + 5].map((madeAtMs) => ({ atMs: madeAtMs + 120, blocks: blocksOf(madeAtMs) }));
    expect(latenciesOf(seen)).toEqual({ latenciesMs: [120, 120], unreadable: 0 });
  });
});
