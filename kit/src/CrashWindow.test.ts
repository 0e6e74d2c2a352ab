import { describe, expect, it } from 'vitest';
import { CrashWindow } from './CrashWindow.js';

describe('CrashWindow', () => {
  it('allows this many crashes within the window and forgets older ones', () => {
    const crashes = new CrashWindow({ maxCrashes: 2, windowMs: 1000 });
    expect([0, 400, 800].map((atMs) => crashes.add(atMs))).toEqual([false, false, true]);
    expect(crashes.add(1500)).toBe(false);
    expect(crashes.add(1700)).toBe(true);
  });
});
