import { describe, expect, it } from 'vitest';
import { ProgramDateTime } from './ProgramDateTime.js';

const HOUR_MS = 3_600_000;
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Media of a stream that arrives steadily, while the time of day may be set. */
class Broadcast {
  readonly clock = new ProgramDateTime();
  streamMs = 0;
  nowMs = 5000;
  setMs = 0;

  /** Lets this much media arrive, the first of it late. */
  go(ms: number, lateMs = 0): void {
    this.nowMs += lateMs;
    for (const end = this.streamMs + ms; this.streamMs < end; this.streamMs += 20, this.nowMs += 20)
      this.clock.observe(this.streamMs, { nowMs: this.nowMs, wallMs: this.wallMs });
  }

  get wallMs(): number {
    return EPOCH_MS + this.setMs + this.nowMs;
  }

  /** How far the time of day in the playlist is from the machine's. */
  get errorMs(): number {
    return this.clock.at(this.streamMs) - this.wallMs;
  }
}

describe('ProgramDateTime', () => {
  it.each([-HOUR_MS, HOUR_MS, 24 * HOUR_MS])('follows when the clock is set by %i ms, and when it is set right again', (stepMs) => {
    const broadcast = new Broadcast();
    broadcast.go(10_000);
    expect(broadcast.errorMs).toBe(0);
    for (const setMs of [stepMs, 0]) {
      broadcast.setMs = setMs;
      broadcast.go(1000);
      expect(broadcast.errorMs).toBe(0);
    }
  });

  it('moves on when the publisher was away, also while the clock is set', () => {
    const broadcast = new Broadcast();
    broadcast.go(10_000);
    broadcast.setMs = -HOUR_MS;
    broadcast.go(1000, 8000);
    expect(broadcast.errorMs).toBe(0);
  });

  it('stays where it is while media is a little late, and takes a correction back when the media was only late', () => {
    const broadcast = new Broadcast();
    broadcast.go(10_000);
    broadcast.go(1000, 1000);
    expect(broadcast.errorMs).toBe(-1000);
    broadcast.nowMs -= 1000;
    broadcast.go(1000, 5000);
    broadcast.nowMs -= 5000;
    broadcast.go(1000);
    expect(broadcast.errorMs).toBe(0);
  });

  it('ignores that the clocks are not read at the same moment', () => {
    const broadcast = new Broadcast();
    broadcast.go(10_000);
    broadcast.setMs = 300;
    broadcast.go(100);
    broadcast.setMs = 0;
    expect(broadcast.errorMs).toBe(0);
  });
});
