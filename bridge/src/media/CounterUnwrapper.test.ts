import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CounterUnwrapper } from './CounterUnwrapper.js';

describe('CounterUnwrapper', () => {
  it('follows a counter through its wraps, forwards and backwards', () => {
    const steps = fc.array(fc.integer({ min: -1000, max: 30_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), steps, (start, offsets) => {
        const unwrapper = new CounterUnwrapper(65_536);
        unwrapper.unwrap(start);
        let newest = start;
        for (const offset of offsets) {
          const value = newest + offset;
          expect(unwrapper.unwrap(((value % 65_536) + 65_536) % 65_536)).toBe(value);
          newest = Math.max(newest, value);
        }
      }),
    );
  });

  it('follows a sender that jumps back and continues from there, and can look without following', () => {
    const counter = new CounterUnwrapper(1000);
    expect([990, 10, 5].map((value) => counter.follow(value))).toEqual([990, 1010, 1005]);
    expect([counter.peek(990), counter.peek(20)]).toEqual([990, 1020]);
    expect(counter.follow(600)).toBe(600);
    expect(counter.peek(300)).toBe(300);
  });
});
