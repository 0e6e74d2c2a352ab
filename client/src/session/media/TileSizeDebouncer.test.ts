import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TileSizeDebouncer } from './TileSizeDebouncer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('tile sizes', () => {
  it('report a dragged window once, with its final size', () => {
    const reported = vi.fn();
    const sizes = new TileSizeDebouncer(reported);
    for (let width = 300; width <= 600; width += 10) sizes.set('a:camera', { width, height: 100.4 });
    vi.runAllTimers();
    expect(reported).toHaveBeenCalledExactlyOnceWith('a:camera', { width: 600, height: 100 });
  });

  it('do not report a tile that is hidden only for a moment', () => {
    const reported: unknown[] = [];
    const sizes = new TileSizeDebouncer((_, size) => reported.push(size));
    sizes.set('a', { width: 10, height: 10 });
    vi.runAllTimers();
    sizes.set('a', null);
    vi.advanceTimersByTime(300);
    sizes.set('a', { width: 10, height: 10 });
    vi.runAllTimers();
    expect(reported).toEqual([
      { width: 10, height: 10 },
      { width: 10, height: 10 },
    ]);
  });

  it('are whole, positive and bounded', () => {
    const sizes = new TileSizeDebouncer(() => undefined);
    sizes.set('a', { width: 0, height: 99_999 });
    expect(sizes.get('a')).toEqual({ width: 1, height: 8192 });
    sizes.close();
  });

  it('do not report the same size again', () => {
    const reported = vi.fn();
    const sizes = new TileSizeDebouncer(reported);
    sizes.set('a', { width: 10, height: 10 });
    vi.runAllTimers();
    sizes.set('a', { width: 10, height: 10 });
    vi.runAllTimers();
    expect(reported).toHaveBeenCalledTimes(1);
  });
});
