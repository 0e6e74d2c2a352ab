import { describe, expect, it } from 'vitest';
import { LossDetector } from './LossDetector.js';

describe('LossDetector', () => {
  it('ignores single losses', () => {
    const detector = new LossDetector();
    for (let atMs = 0; atMs < 60_000; atMs += 3000) detector.add(atMs);
    expect(detector.lossyUntilMs).toBe(-Infinity);
  });

  it('takes several losses within seconds for a bad network, until half a minute after the last', () => {
    const detector = new LossDetector();
    for (const atMs of [10_000, 11_000, 12_000]) detector.add(atMs);
    expect(detector.lossyUntilMs).toBe(42_000);
    detector.add(13_000);
    expect(detector.lossyUntilMs).toBe(43_000);
    detector.add(30_000);
    expect(detector.lossyUntilMs).toBe(43_000);
  });
});
