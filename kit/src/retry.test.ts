import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, delay } from './retry.js';

describe('backoffMs', () => {
  it('grows to its maximum, never beyond, with jitter on the upper half', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = backoffMs({ firstMs: 1000, maxMs: 30_000 }, attempt, () => random);
        const bound = Math.min(30_000, 1000 * 2 ** attempt);
        expect(wait).toBeLessThanOrEqual(bound);
        expect(wait).toBeGreaterThanOrEqual(bound / 2 - 1);
      }),
    );
  });
});

describe('delay', () => {
  it('ends at once when aborted', async () => {
    const abort = new AbortController();
    const waiting = delay(60_000, abort.signal);
    abort.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
  });
});
