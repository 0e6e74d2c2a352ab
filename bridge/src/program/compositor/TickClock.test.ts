import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickClock } from './TickClock.js';

const PERIOD_MS = 1000 / 30;

describe('TickClock', () => {
  let stalledMs = 0;
  let startMs = 0;
  let made: number[] = [];
  let leapt = 0;
  let clock: TickClock;
  const now = () => performance.now() - startMs + stalledMs;
  const create = () =>
    new TickClock({ periodMs: PERIOD_MS, now, onTick: ({ dueMs }) => made.push(dueMs), onLeap: (ticks) => (leapt += ticks) });

  /** Lets it catch up. Each turn of the event loop takes a millisecond here. */
  function settle(): void {
    while (now() - (made.at(-1) ?? -Infinity) > 2 * PERIOD_MS) vi.advanceTimersByTime(1);
  }

  beforeEach(() => {
    vi.useFakeTimers();
    [stalledMs, startMs, made, leapt] = [0, performance.now(), [], 0];
    clock = create();
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

  it('makes up every late tick at once, however late it is, and counts them', () => {
    clock.start();
    vi.advanceTimersByTime(1000);
    const before = made.length;
    stalledMs = 20_000;
    settle();
    expect(made.length - before).toBeGreaterThanOrEqual(600);
    expect(made.length).toBeCloseTo(now() / PERIOD_MS, -1);
    expect(clock.lateTicks).toBeGreaterThanOrEqual(598);
    expect(leapt).toBe(0);
  });

  it('makes as many ticks as the clock has had, each once and in order, whatever delays it', () => {
    const delays = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.oneof(fc.constant(0), fc.integer({ max: 9000, min: 0 }))));
    fc.assert(
      fc.property(delays, (pattern) => {
        [stalledMs, startMs, made] = [0, performance.now(), []];
        clock = create();
        clock.start();
        for (const [passMs, stallMs] of pattern) {
          stalledMs += stallMs;
          vi.advanceTimersByTime(passMs);
        }
        settle();
        clock.stop();
        expect(Math.abs(made.length - (now() / PERIOD_MS + 1))).toBeLessThanOrEqual(2.1);
        made.forEach((dueMs, index) => expect(dueMs).toBeCloseTo(index * PERIOD_MS, 3));
      }),
    );
  });

  it('reads what has arrived before it makes late ticks', () => {
    clock.start();
    vi.advanceTimersByTime(1000);
    stalledMs = 200;
    const before = made.length;
    vi.advanceTimersToNextTimer();
    // 200 ms of datagrams take ten turns of the event loop.
    vi.advanceTimersByTime(9);
    expect(made.length).toBe(before);
    settle();
    expect(made.length).toBeGreaterThan(before + 5);
  });

  it('begins with the ticks that its predecessor did not make', () => {
    clock.start(-500);
    settle();
    expect(made.length).toBeGreaterThanOrEqual(16);
    expect(made[0]).toBe(-500);
  });

  it('goes on from now after a minute without a clock', () => {
    clock.start();
    vi.advanceTimersByTime(1000);
    stalledMs = 3_600_000;
    settle();
    expect(leapt).toBeGreaterThan(30 * 3538);
    expect(made.length).toBeLessThan(30 * 62);
    expect(now() - made.at(-1)!).toBeLessThan(2 * PERIOD_MS);
  });
});
