import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetId, LianmaiError } from '@lianmai/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { AssetCache } from './AssetCache.js';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const fetched: string[] = [];
  const cache = new AssetCache(folder, (id) => {
    fetched.push(id);
    return id === 'none' ? Promise.reject(new LianmaiError('NOT_FOUND')) : Promise.resolve(Buffer.from(`bytes of ${id}`));
  });
  return { folder, fetched, cache };
}

it('fetches an asset once, even for two simultaneous requests, and under any name', async () => {
  const { folder, fetched, cache } = await open();
  const id = AssetId.parse('..');
  const both = await Promise.all([cache.get(id), cache.get(id)]);
  expect(both.map(String)).toEqual(['bytes of ..', 'bytes of ..']);
  expect(String(await cache.get(id))).toBe('bytes of ..');
  expect(fetched).toEqual(['..']);
  expect(await readdir(join(folder, 'bridge-assets'))).toHaveLength(1);
});

it('asks again after a fetch has failed', async () => {
  const { fetched, cache } = await open();
  const id = AssetId.parse('none');
  await expect(cache.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(cache.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(fetched).toEqual(['none', 'none']);
});
