import { describe, expect, it } from 'vitest';
import { SILENT_AFTER_MS, SilenceDetector } from './SilenceDetector';

function create() {
  const detector = new SilenceDetector();
  let nowMs = 0;
  const add = (bytes: number, { isExpected = true, afterMs = 500 } = {}) => {
    nowMs += afterMs;
    detector.add(bytes, isExpected, nowMs);
    return detector.isSilent;
  };
  return { add };
}

describe('a transport that stops receiving', () => {
  it('is silent after a second and a half, until something arrives again', () => {
    const { add } = create();
    expect([add(100), add(200)]).toEqual([false, false]);
    expect(add(200, { afterMs: SILENT_AFTER_MS - 1 })).toBe(false);
    expect(add(200, { afterMs: 1 })).toBe(true);
    expect(add(300)).toBe(false);
  });

  it('is not silent before anything has arrived: it may still be connecting', () => {
    const { add } = create();
    expect([add(0), add(0, { afterMs: 60_000 })]).toEqual([false, false]);
  });

  it('is not silent while nobody sends, nor when somebody starts to', () => {
    const { add } = create();
    add(100);
    expect(add(100, { isExpected: false, afterMs: 60_000 })).toBe(false);
    expect(add(100, { afterMs: 60_000 })).toBe(false);
    expect(add(200)).toBe(false);
    expect(add(200, { afterMs: SILENT_AFTER_MS })).toBe(true);
  });

  it('stays silent when another transport replaces it, until something arrives there', () => {
    const { add } = create();
    expect([add(1000), add(1000, { afterMs: SILENT_AFTER_MS })]).toEqual([false, true]);
    expect([add(0), add(0), add(50)]).toEqual([true, true, false]);
  });
});
