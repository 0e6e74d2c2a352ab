import { describe, expect, it } from 'vitest';
import { missingMs, splitsIn } from './missing.js';

const recording = (startedAtMs: number, durationMs: number, gaps: { atMs: number; lengthMs: number }[] = []) => ({
  startedAtMs,
  durationMs,
  gaps,
});
const during = { fromMs: 1000, toMs: 5000 };

describe('the time that recordings miss', () => {
  it('is what lies outside of all of them', () => {
    expect(missingMs([], during)).toBe(4000);
    expect(missingMs([recording(0, 9000)], during)).toBe(0);
    expect(missingMs([recording(4000, 9000), recording(0, 2500)], during)).toBe(1500);
    expect(missingMs([recording(0, 3000), recording(2000, 1000), recording(2500, 9000)], during)).toBe(0);
  });

  it('includes their gaps, during which their media stands still', () => {
    expect(missingMs([recording(0, 8000, [{ atMs: 2000, lengthMs: 700 }])], during)).toBe(700);
    const twice = [
      { atMs: 500, lengthMs: 1000 },
      { atMs: 1000, lengthMs: 300 },
    ];
    expect(missingMs([recording(0, 9000, twice)], during)).toBe(800);
    expect(missingMs([recording(0, 1000, [{ atMs: 500, lengthMs: 6000 }])], during)).toBe(4000);
  });
});

describe('a recording', () => {
  it('counts as split when another one begins during the fault, unless it had failed', () => {
    const begun = (startedAtMs: number, state: 'complete' | 'failed' = 'complete') => ({ startedAtMs, state });
    const during = { fromMs: 1000, toMs: 5000 };
    expect(splitsIn([begun(0)], during)).toBe(0);
    expect(splitsIn([begun(2000), begun(0)], during)).toBe(1);
    expect(splitsIn([begun(6000), begun(0)], during)).toBe(0);
    expect(splitsIn([begun(2000), begun(0, 'failed')], during)).toBe(0);
  });
});
