import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MediaLog } from './MediaLog.js';
import { OwnStalls } from './OwnStalls.js';

describe('the stalls of a process itself', () => {
  let nowMs = 0;
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** The process runs, and its timers are in time. */
  function run(ms: number) {
    for (let passed = 0; passed < ms; passed += 50) {
      nowMs += 50;
      vi.advanceTimersByTime(50);
    }
  }

  /** The first timer comes so late. */
  function standStill(ms: number) {
    nowMs += 50 + ms;
    vi.advanceTimersByTime(50);
  }

  beforeEach(() => (nowMs = 1000));

  it('are the times for which its timers came late', () => {
    const stalls = new OwnStalls(() => nowMs);
    run(1000);
    expect(stalls.withinMs(0, nowMs)).toBe(0);
    standStill(3000);
    run(500);
    expect(stalls.withinMs(0, nowMs)).toBe(3000);
    expect(stalls.withinMs(3000, 4000)).toBe(1000);
    expect(stalls.withinMs(0, 2000)).toBe(0);
  });

  it('count before the late timer has run', () => {
    const stalls = new OwnStalls(() => nowMs);
    nowMs += 2050;
    expect(stalls.withinMs(0, nowMs)).toBe(2000);
  });

  it('are no gap of the media that arrived meanwhile, but a longer silence is', () => {
    const stalls = new OwnStalls(() => nowMs);
    const log = new MediaLog(stalls);
    log.add({ kind: 'audio', atMs: nowMs });
    standStill(3000);
    log.add({ kind: 'audio', atMs: nowMs + 10 });
    run(100);
    expect(log.longestGapMs('audio', 1000, nowMs)).toBeLessThan(100);
    run(1000);
    log.add({ kind: 'audio', atMs: nowMs });
    expect(log.longestGapMs('audio', 1000, nowMs)).toBe(1090);
  });
});
