import { describe, expect, it } from 'vitest';
import { flvFileHeader, FlvParser, type FlvTag } from '../../media/formats/index.js';
import type { Batch, Packed } from './fanoutContract.js';
import { GopCache } from './GopCache.js';
import { config, delta, frame, key, PACKER, sound } from './testing/media.js';

const HEADER = flvFileHeader({ hasVideo: true, hasAudio: true });

function open() {
  const cache = new GopCache({ ...PACKER, header: () => [HEADER] });
  const add = (...tags: FlvTag[]): Batch<Packed>[] => [...cache.add(tags)];
  /** One letter per kind (capital for configs) and the time. */
  const entry = () =>
    new FlvParser()
      .push(Buffer.concat(cache.entry(true).map(({ packed }) => packed.bytes)))
      .map(({ kind, isConfig, dtsMs }) => `${isConfig ? kind.charAt(0).toUpperCase() : kind.charAt(0)}${dtsMs}`);
  return { cache, add, entry };
}

describe('GopCache', () => {
  it('starts a batch at each key frame, and keeps the configs and the newest GOP', () => {
    const { add, entry, cache } = open();
    const batches = add(frame(0, config), frame(0, key), frame(33, delta), frame(66, key), frame(100, delta));
    expect(batches.map(({ firstMs, dtsMs, tagCount }) => [firstMs, dtsMs, tagCount])).toEqual([
      [0, 0, 1],
      [0, 33, 2],
      [66, 100, 2],
    ]);
    expect(entry()).toEqual(['V66', 'v66', 'v100']);
    expect([cache.startMs, cache.durationMs, cache.bytes]).toEqual([66, 34, batches[2]?.packed.bytes.length]);
  });

  it('shares the same joined buffers with all players, and gives the header to new ones only', () => {
    const { add, cache, entry } = open();
    add(frame(0, config), frame(0, key));
    for (let atMs = 33; atMs < 1000; atMs += 33) add(frame(atMs, delta));
    const [first, again] = [cache.entry(true), cache.entry(true)];
    expect(first.length).toBe(2);
    expect(again.map(({ packed }) => packed.bytes)).toEqual(first.map(({ packed }) => packed.bytes));
    expect(again.every(({ packed }, index) => packed === first[index]?.packed)).toBe(true);
    expect(first[1]).toMatchObject({ firstMs: 0, dtsMs: 990, tagCount: 31 });
    expect(cache.entry(false)[0]?.packed.bytes.length).toBe((first[0]?.packed.bytes.length ?? 0) - HEADER.length);
    expect(entry().length).toBe(32);
  });

  it('keeps the GOP when audio joins, and drops it when a config changes', () => {
    const { add, entry, cache } = open();
    add(frame(0, config), frame(0, key));
    add(sound(10, 0), sound(10, 1));
    expect(entry()).toEqual(['V0', 'A0', 'v0', 'A10', 'a10']);
    add(frame(50, config));
    add(frame(66, delta));
    expect(cache.isEmpty).toBe(true);
    add(frame(100, key));
    expect(entry()).toEqual(['V100', 'A100', 'v100']);
  });

  it('keeps the last second of an audio-only stream', () => {
    const { add, cache } = open();
    add(sound(0, 0), sound(0, 1));
    for (let atMs = 100; atMs <= 5000; atMs += 100) add(sound(atMs, 1));
    expect([cache.startMs, cache.durationMs]).toEqual([4000, 1000]);
  });

  it('drops a GOP that is too long or too large until the next key frame', () => {
    const { add, cache } = open();
    add(frame(0, config), frame(0, key));
    add(frame(20_001, delta));
    expect(cache.isEmpty).toBe(true);
    add(frame(20_034, delta));
    expect([cache.isEmpty, cache.bytes]).toEqual([true, 0]);
    add(frame(20_066, key));
    expect(cache.isEmpty).toBe(false);
    for (let index = 0; index < 5; index++) add(frame(20_100, delta, 8 * 1024 * 1024));
    expect(cache.bytes).toBe(0);
  });
});
