import { describe, expect, it } from 'vitest';
import { BOUNDS, judge, type Round } from './growth.js';

const held = { rssMb: 100, heapMb: 30, externalMb: 10, descriptors: 40, timers: 20, handles: 30 };
const rounds = (bridge: (index: number) => Partial<Round['bridge']>): Round[] =>
  Array.from({ length: 10 }, (_, index) => ({ server: held, bridge: { ...held, ...bridge(index) } }));

describe('growth over rounds', () => {
  it('is not reported when figures fluctuate, or when the first round fills caches', () => {
    expect(judge(rounds((index) => ({ rssMb: index === 0 ? 20 : 100 + (index % 3) * 30 })))).toEqual([]);
  });

  it('is reported with the process and the figures', () => {
    expect(judge(rounds((index) => ({ timers: 20 + index })))).toEqual([]);
    expect(judge(rounds((index) => ({ timers: 20 + index * 2 })))).toEqual(['bridge timers: from 22.0 to 34.0']);
    expect(BOUNDS.timers).toBe(6);
  });
});
