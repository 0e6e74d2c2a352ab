import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickClock, MAX_BEHIND_TICKS } from './TickClock.js';

const PERIOD_MS = 1000 / 30;

describe('TickClock', () => {
  let stalledMs = 0;
  let isBacklogged = false;
  let made: number[] = [];
  let skipped = 0;
  let clock: TickClock;

  beforeEach(() => {
    vi.useFakeTimers();
    [stalledMs, isBacklogged, made, skipped] = [0, false, [], 0];
    const start = performance.now();
    clock = new TickClock({
      periodMs: PERIOD_MS,
      now: () => performance.now() - start + stalledMs,
      onTick: (dueMs) => made.push(dueMs),
      onSkip: () => skipped++,
      isBacklogged: () => isBacklogged,
    });
  });
  afterEach(() => {
    clock.stop();
    vi.useRealTimers();
  });

  it('ticks 30 times a second without drifting', () => {
    clock.start();
    vi.advanceTimersByTime(60_000);
    expect(Math.abs(made.length - 1801)).toBeLessThanOrEqual(1);
    expect(made.at(-1)).toBeCloseTo((made.length - 1) * PERIOD_MS, 3);
    expect(clock.lateTicks).toBe(0);
  });

  it('makes up late ticks at once and counts them', () => {
    clock.start();
    vi.advanceTimersByTime(1000);
    const before = made.length;
    stalledMs = 200;
    vi.advanceTimersByTime(34);
    expect(Math.abs(made.length - before - 7)).toBeLessThanOrEqual(1);
    expect(clock.lateTicks).toBeGreaterThanOrEqual(4);
    expect(skipped).toBe(0);
  });

  it('skips ticks when it is too late, then is on time again', () => {
    clock.start();
    vi.advanceTimersByTime(1000);
    stalledMs = 5000;
    vi.advanceTimersByTime(34);
    expect(skipped).toBeGreaterThan(130);
    expect(Math.abs(made.length + skipped - 6034 / PERIOD_MS - 1)).toBeLessThanOrEqual(1);
    expect(6034 - made.at(-1)!).toBeLessThan(2 * PERIOD_MS);
    expect(MAX_BEHIND_TICKS).toBeLessThan(30);
  });

  it('skips ticks while there is a backlog', () => {
    clock.start();
    isBacklogged = true;
    vi.advanceTimersByTime(1000);
    expect(made.length).toBe(1);
    expect(Math.abs(skipped - 30)).toBeLessThanOrEqual(1);
    isBacklogged = false;
    vi.advanceTimersByTime(1000);
    expect(Math.abs(made.length - 31)).toBeLessThanOrEqual(1);
  });
});
