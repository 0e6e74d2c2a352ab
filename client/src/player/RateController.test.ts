import { describe, expect, it } from 'vitest';
import { RateController } from './RateController';

/** A live broadcast: media arrives in real time and is sampled a few times a second. */
function play(rate: RateController, { bufferSeconds, seconds, fromMs = 0 }: { bufferSeconds: number; seconds: number; fromMs?: number }) {
  const rates: number[] = [];
  let buffer = bufferSeconds;
  let jumps = 0;
  for (let sample = 0; sample < seconds * 4; sample++) {
    const steering = rate.update(buffer, fromMs + sample * 250);
    rates.push(steering.rate);
    if (steering.isJump) {
      jumps++;
      buffer = rate.targetSeconds;
    }
    buffer += 0.25 * (1 - steering.rate);
  }
  return { rates, jumps, buffer };
}

describe('RateController', () => {
  it('jumps over the backlog at the start', () => {
    const { jumps, buffer } = play(new RateController(), { bufferSeconds: 2.5, seconds: 3 });
    expect(jumps).toBe(1);
    expect(buffer).toBeCloseTo(0.5, 1);
  });

  it('catches up by playing up to 10 % faster, then returns to normal speed', () => {
    const rate = new RateController();
    play(rate, { bufferSeconds: 0.5, seconds: 3 });
    const { rates, jumps, buffer } = play(rate, { bufferSeconds: 3, seconds: 60, fromMs: 3000 });
    expect(jumps).toBe(0);
    expect(Math.max(...rates)).toBe(1.1);
    expect(rates.at(-1)).toBe(1);
    expect(buffer).toBeGreaterThan(0.4);
    expect(buffer).toBeLessThan(0.8);
  });

  it('leaves a buffer near its target alone', () => {
    expect(new Set(play(new RateController(), { bufferSeconds: 0.7, seconds: 20 }).rates)).toEqual(new Set([1]));
  });

  it('does not mistake the peaks between two batches for lag', () => {
    const rate = new RateController();
    const rates = Array.from({ length: 40 }, (_, sample) => rate.update(sample % 4 === 0 ? 1.2 : 0.4, sample * 250).rate);
    expect(new Set(rates)).toEqual(new Set([1]));
  });

  it('jumps when a sleeping tab wakes up far behind', () => {
    const rate = new RateController();
    play(rate, { bufferSeconds: 0.5, seconds: 5 });
    expect(rate.update(30, 60_000)).toEqual({ rate: 1, isJump: true });
  });

  it('is more careful after each stall, up to three seconds, and bolder again in time', () => {
    const rate = new RateController();
    rate.update(0.5, 0);
    rate.stalled();
    expect(rate.targetSeconds).toBeCloseTo(0.8, 2);
    for (let stall = 0; stall < 10; stall++) rate.stalled();
    expect(rate.targetSeconds).toBe(3);
    rate.update(3, 20 * 60_000);
    expect(rate.targetSeconds).toBeLessThan(1);
  });

  it('stays between 1.0 and 1.1', () => {
    for (const bufferSeconds of [0, 0.1, 0.9, 2, 5, 6.4]) {
      const { rates } = play(new RateController(), { bufferSeconds, seconds: 20 });
      expect(Math.min(...rates)).toBe(1);
      expect(Math.max(...rates)).toBeLessThanOrEqual(1.1);
    }
  });
});
