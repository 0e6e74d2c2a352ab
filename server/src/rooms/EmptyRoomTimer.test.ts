import { afterEach, expect, it, vi } from 'vitest';
import { EmptyRoomTimer } from './EmptyRoomTimer.js';

afterEach(() => vi.useRealTimers());

it.each([400, -400])('does not count a clock that leaps by %i days', (days) => {
  vi.useFakeTimers();
  const onExpired = vi.fn();
  const timer = new EmptyRoomTimer({ emptyRoomTtlMs: 1000, emptyLiveTtlMs: 5000 }, onExpired);
  timer.update({ isEmpty: true, isLive: true });
  vi.setSystemTime(Date.now() + days * 86_400_000);
  timer.update({ isEmpty: true, isLive: false });
  vi.advanceTimersByTime(999);
  expect(onExpired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onExpired).toHaveBeenCalledOnce();
});
