import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandLog } from './CommandLog.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('commands with an id', () => {
  it('[SIG-40] are carried out once, and answered each time', async () => {
    const log = new CommandLog();
    const task = vi.fn(async () => 'done');
    expect(await Promise.all([log.once('ann', '1', task), log.once('ann', '1', task)])).toEqual(['done', 'done']);
    expect(await log.once('ann', '1', task)).toBe('done');
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('[SIG-40] are one person’s own, and may be tried again after a failure', async () => {
    const log = new CommandLog();
    const task = vi.fn(async () => 'done');
    await log.once('ann', '1', task);
    await log.once('bob', '1', task);
    expect(task).toHaveBeenCalledTimes(2);
    await expect(log.once('ann', '2', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(await log.once('ann', '2', task)).toBe('done');
  });

  it('[SIG-40] are forgotten after two minutes, and the oldest ones of too many before', async () => {
    const log = new CommandLog();
    const task = vi.fn(async () => 'done');
    await log.once('ann', '1', task);
    vi.advanceTimersByTime(119_000);
    await log.once('ann', '1', task);
    expect(task).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2000);
    await log.once('ann', '1', task);
    expect(task).toHaveBeenCalledTimes(2);
    for (let count = 0; count < 5000; count++) await log.once('bob', String(count), task);
    await log.once('ann', '1', task);
    expect(task).toHaveBeenCalledTimes(5003);
  });
});
