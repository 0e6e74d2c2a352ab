import { describe, expect, it } from 'vitest';
import { GopBuffer, type GopItemKind } from './GopBuffer.js';

interface Item {
  atMs: number;
  bytes: number;
}

function filled(...pushes: [atMs: number, kind: GopItemKind, bytes?: number][]): GopBuffer<Item> {
  const buffer = new GopBuffer<Item>(({ atMs, bytes }) => ({ bytes, firstMs: atMs, lastMs: atMs }));
  for (const [atMs, kind, bytes = 10] of pushes) buffer.push({ atMs, bytes }, kind);
  return buffer;
}

const timesOf = (buffer: GopBuffer<Item>) => buffer.items.map(({ atMs }) => atMs);

describe('GopBuffer', () => {
  it('keeps the newest group from its key frame on', () => {
    const buffer = filled([0, 'dependent'], [40, 'keyFrame'], [80, 'dependent'], [120, 'keyFrame'], [160, 'dependent']);
    expect(timesOf(buffer)).toEqual([120, 160]);
    expect(buffer.bytes).toBe(20);
  });

  it('keeps the last second of audio without video', () => {
    const buffer = filled(...Array.from({ length: 100 }, (_, index) => [index * 20, 'audio'] as [number, 'audio']));
    expect(timesOf(buffer).at(0)).toBe(980);
    expect(buffer.bytes).toBe(51 * 10);
  });

  it('drops a group that is too long or too large, and starts again with the next key frame', () => {
    const long = filled([0, 'keyFrame'], [20_001, 'dependent'], [20_040, 'dependent']);
    expect(long.isEmpty).toBe(true);
    const large = filled([0, 'keyFrame'], [40, 'dependent', 33 * 1024 * 1024], [80, 'dependent'], [120, 'keyFrame']);
    expect(timesOf(large)).toEqual([120]);
  });

  it('replaces its items by larger ones', () => {
    const buffer = filled([0, 'keyFrame'], [40, 'dependent']);
    buffer.join((items) => [{ atMs: 0, bytes: items.reduce((sum, { bytes }) => sum + bytes, 0) }]);
    buffer.push({ atMs: 80, bytes: 10 }, 'dependent');
    expect([buffer.items.length, buffer.bytes]).toEqual([2, 30]);
  });
});
