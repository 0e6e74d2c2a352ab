import { afterEach, expect, it, vi } from 'vitest';
import { RetentionClock } from './retention.js';

const DAY_MS = 86_400_000;
afterEach(() => vi.useRealTimers());

it('does not follow a clock that leaps ahead by more than an hour, but follows one that is set back', () => {
  vi.useFakeTimers();
  const startedAtMs = Date.now();
  const clock = new RetentionClock();
  vi.advanceTimersByTime(DAY_MS);
  expect(clock.now()).toBe(startedAtMs + DAY_MS);
  vi.setSystemTime(startedAtMs + 400 * DAY_MS);
  expect(clock.now()).toBeCloseTo(startedAtMs + DAY_MS + 3_600_000, -1);
  vi.setSystemTime(startedAtMs - 400 * DAY_MS);
  expect(clock.now()).toBe(startedAtMs - 400 * DAY_MS);
});
