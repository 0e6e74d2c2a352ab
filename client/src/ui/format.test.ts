import { expect, it } from 'vitest';
import { formatBitrate, formatBytes, formatDuration } from './format';

it('durations show minutes, and hours if there are any', () => {
  expect([0, 7_900, 754_000, 3_723_000, -5].map(formatDuration)).toEqual(['0:00', '0:07', '12:34', '1:02:03', '0:00']);
});

it('bit rates and sizes keep two or three figures', () => {
  expect([0, 840.4, 2500].map(formatBitrate)).toEqual(['0 kb/s', '840 kb/s', '2.5 Mb/s']);
  expect([1_200_000, 34_500_000, 3_400_000_000].map(formatBytes)).toEqual(['1.2 MB', '35 MB', '3.4 GB']);
});
