import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LianmaiError, MAX_ASSET_BYTES } from '@lianmai/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { AssetStore } from './AssetStore.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const WEBP = Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1');

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { store: await AssetStore.open(folder), folder };
}
const codeOf = (work: Promise<unknown>) => work.catch((error: unknown) => (error instanceof LianmaiError ? error.code : String(error)));

it('stores the same picture only once', async () => {
  const { store, folder } = await open();
  const [first, again] = await Promise.all([store.save(PNG), store.save(PNG)]);
  expect(first).toBe(again);
  expect(await store.save(WEBP)).not.toBe(first);
  expect(await readdir(join(folder, 'assets'))).toHaveLength(2);
  expect(Buffer.from(await store.read(first))).toEqual(PNG);
});

it('takes only pictures up to the size limit, and reads only what it stores', async () => {
  const { store } = await open();
  expect(await codeOf(store.save(Buffer.from('<svg/>')))).toBe('UNSUPPORTED');
  expect(await codeOf(store.save(new Uint8Array(0)))).toBe('UNSUPPORTED');
  expect(await codeOf(store.save(Buffer.concat([PNG, Buffer.alloc(MAX_ASSET_BYTES)])))).toBe('TOO_LARGE');
  expect(await codeOf(store.read('../../etc/passwd' as never))).toBe('NOT_FOUND');
  expect(await store.has('0'.repeat(64) as never)).toBe(false);
});

it('never exceeds its total size, not even after a restart; a picture that it has already takes no more room', async () => {
  const { folder } = await open();
  const maxBytes = PNG.length + WEBP.length;
  const store = await AssetStore.open(folder, maxBytes);
  const first = await store.save(PNG);
  await store.save(WEBP);
  expect(await store.save(PNG)).toBe(first);
  const another = Buffer.concat([PNG, Buffer.alloc(1)]);
  expect(await codeOf(store.save(another))).toBe('TOO_LARGE');
  expect(await codeOf((await AssetStore.open(folder, maxBytes)).save(another))).toBe('TOO_LARGE');
  expect(await codeOf((await AssetStore.open(folder, maxBytes + another.length)).save(another))).toMatch(/^[0-9a-f]{64}$/);
});
