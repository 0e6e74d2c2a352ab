import { describe, expect, it, vi } from 'vitest';
import { withTimeout } from './withTimeout.js';

const never = new Promise<string>(() => undefined);

describe('withTimeout', () => {
  it('passes on a result or an error that arrives in time, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      await expect(withTimeout(Promise.resolve('done'), 1000, () => 'late')).resolves.toBe('done');
      await expect(withTimeout(Promise.reject(new Error('failed')), 1000, () => 'late')).rejects.toThrow('failed');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('returns the fallback, or throws, when time runs out', async () => {
    await expect(withTimeout(never, 1, () => 'late')).resolves.toBe('late');
    const refuse = () => {
      throw new Error('too slow');
    };
    await expect(withTimeout(never, 1, refuse)).rejects.toThrow('too slow');
  });
});
