import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetId, LianmaiError } from '@lianmai/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { AssetCache } from './AssetCache.js';

async function open(maxBytes?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const fetched: string[] = [];
  const fetch = (id: AssetId) => {
    fetched.push(id);
    return id === 'none' ? Promise.reject(new LianmaiError('NOT_FOUND')) : Promise.resolve(Buffer.from(`bytes of ${id}`));
  };
  const again = () => new AssetCache(folder, fetch, maxBytes);
  return { folder, fetched, again, cache: again() };
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

it('stays within its size, after a restart too: the longest unused pictures go', async () => {
  const { folder, fetched, cache, again } = await open(4 * 4096);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await cache.get(AssetId.parse(name));
  for (const [index, name] of names.entries()) {
    const file = createHash('sha256').update(name).digest('hex');
    await utimes(join(folder, 'bridge-assets', file), index + 1, index + 1);
  }
  await cache.get(AssetId.parse('a'));
  const restarted = again();
  await restarted.get(AssetId.parse('e'));
  expect(await readdir(join(folder, 'bridge-assets'))).toHaveLength(3);
  for (const name of ['a', 'd', 'e']) await restarted.get(AssetId.parse(name));
  expect(fetched).toEqual([...names, 'e']);
});
