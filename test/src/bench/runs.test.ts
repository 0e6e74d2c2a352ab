import { describe, expect, it } from 'vitest';
import { repeat, spreadOf, summarise } from './runs.js';

describe('figures over several runs', () => {
  it('have a median and a spread', () => {
    expect(spreadOf([0.4, 0.1, 0.3])).toEqual({ p50: 0.3, min: 0.1, max: 0.4 });
  });

  it('are their own median and spread after a single run', () => {
    expect(spreadOf([7])).toEqual({ p50: 7, min: 7, max: 7 });
  });

  it('have a median that one of the runs measured, even when their number is even', () => {
    expect(spreadOf([4, 1, 2, 3]).p50).toBe(2);
  });

  it('are summarised one by one, however deeply nested', () => {
    const runs = [
      { cores: { total: 3, encoder: 1 }, ratio: 1.2 },
      { cores: { total: 1, encoder: 2 }, ratio: 1.1 },
      { cores: { total: 2, encoder: 3 }, ratio: 1.3 },
    ];
    expect(summarise(runs)).toEqual({
      cores: { total: { p50: 2, min: 1, max: 3 }, encoder: { p50: 2, min: 1, max: 3 } },
      ratio: { p50: 1.2, min: 1.1, max: 1.3 },
    });
  });

  it('come from the requested number of runs, one after the other', async () => {
    let running = 0;
    const results = await repeat(3, async (index) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      running--;
      return { index };
    });
    expect(results).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
  });
});
