import { expect, it } from 'vitest';
import { plotPath } from './Plot';

it('a sparkline rises from the lower left to the upper right with its values', () => {
  expect(plotPath([0, 10], { min: 0, max: 10, length: 2 })).toBe('M0.0 23.0L100.0 1.0');
});

it('a short history leaves room at the left, and values out of range are clipped', () => {
  expect(plotPath([-5, 50], { min: 0, max: 10, length: 5 })).toBe('M75.0 23.0L100.0 1.0');
});
