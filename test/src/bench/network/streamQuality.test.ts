import { describe, expect, it } from 'vitest';
import { damagedShare } from './streamQuality.js';

const toneOf = (seconds: number) =>
  Float32Array.from({ length: seconds * 48_000 }, (_, at) => 0.3 * Math.sin((2 * Math.PI * 440 * at) / 48_000));

describe('the damage to a tone', () => {
  it('is nothing for a steady tone, and everything for silence', () => {
    expect(damagedShare(toneOf(5), 440)).toBe(0);
    expect(damagedShare(new Float32Array(5 * 48_000), 440)).toBe(100);
  });

  it('is the share of windows in which it is missing', () => {
    const sound = toneOf(10.5);
    // Ten packets of 20 ms in the 10 s that are judged.
    for (let packet = 0; packet < 10; packet++) sound.fill(0, 48_000 * (packet + 1), 48_000 * (packet + 1) + 960);
    expect(damagedShare(sound, 440)).toBe(2);
  });
});
