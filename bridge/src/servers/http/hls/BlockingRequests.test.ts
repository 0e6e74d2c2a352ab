import { afterEach, expect, it, vi } from 'vitest';
import { nowMs } from '../../../runtime/index.js';
import { BlockingRequests } from './BlockingRequests.js';

afterEach(() => vi.useRealTimers());

it.each([400, -400])('keeps its deadlines when the clock leaps by %i days', async (days) => {
  vi.useFakeTimers();
  const requests = new BlockingRequests();
  const onSettled = vi.fn();
  void requests.wait(() => false, 1000, new AbortController().signal).then(onSettled);
  vi.setSystemTime(Date.now() + days * 86_400_000);
  await vi.advanceTimersByTimeAsync(999);
  requests.expire(nowMs());
  expect(requests.count).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  requests.expire(nowMs());
  await vi.advanceTimersByTimeAsync(0);
  expect(onSettled).toHaveBeenCalledWith(false);
});
