import { describe, expect, it } from 'vitest';
import { levelOf } from './levelMeter';

const tone = (amplitude: number) => Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin(i));

describe('level meter', () => {
  it('is empty in silence and nearly full at full scale', () => {
    expect(levelOf(new Float32Array(1024))).toBe(0);
    expect(levelOf(tone(1))).toBeGreaterThan(0.93);
  });

  it('grows with loudness', () => {
    const levels = [0.003, 0.03, 0.3].map((amplitude) => levelOf(tone(amplitude)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levels[0]).toBeGreaterThan(0);
  });
});
