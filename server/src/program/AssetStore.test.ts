import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetId, LianmaiError, MAX_ASSET_BYTES, RoomId } from '@lianmai/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AssetStore, type AssetLimits } from './AssetStore.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const WEBP = Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1');
const BLOCK = 4096;
const ANN = RoomId.parse('ann');
const BOB = RoomId.parse('bob');

/** A different picture of `blocks` disk blocks for each number. */
const picture = (number: number, blocks = 1) => Buffer.concat([PNG, Buffer.alloc(blocks * BLOCK - PNG.length, number)]);
const idOf = (bytes: Uint8Array) => AssetId.parse(createHash('sha256').update(bytes).digest('hex'));

async function open(limits: Partial<AssetLimits> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const again = () => AssetStore.open(folder, { maxBytes: 1024 * BLOCK, maxRoomBytes: 1024 * BLOCK, ...limits });
  return { store: await again(), folder: join(folder, 'assets'), again };
}
const has = (store: AssetStore, id: AssetId) => store.list().some(({ assetId }) => assetId === id);
const codeOf = (work: Promise<unknown>) => work.catch((error: unknown) => (error instanceof LianmaiError ? error.code : String(error)));

it('stores the same picture of the same owner only once', async () => {
  const { store, folder } = await open();
  const [first, again] = await Promise.all([store.save(PNG, ANN), store.save(PNG, ANN)]);
  expect(first).toBe(again);
  expect(await store.save(WEBP, ANN)).not.toBe(first);
  expect(await readdir(join(folder, 'rooms', 'ann'))).toHaveLength(2);
  expect(Buffer.from(await store.read(first))).toEqual(PNG);
});

it('takes only pictures up to the size limit, and reads only what it stores', async () => {
  const { store } = await open();
  expect(await codeOf(store.save(Buffer.from('<svg/>'), null))).toBe('UNSUPPORTED');
  expect(await codeOf(store.save(new Uint8Array(0), null))).toBe('UNSUPPORTED');
  expect(await codeOf(store.save(Buffer.concat([PNG, Buffer.alloc(MAX_ASSET_BYTES)]), null))).toBe('TOO_LARGE');
  expect(await codeOf(store.read('../../etc/passwd' as never))).toBe('NOT_FOUND');
  expect(() => store.hold('0'.repeat(64) as never)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

describe('a full store', () => {
  it('drops the longest unused picture of a room for its next one, and never one that a program shows', async () => {
    const { store } = await open({ maxRoomBytes: 3 * BLOCK });
    const [first, second, third] = await saveAll(store, ANN, 1, 2, 3);
    const release = store.hold(first);
    await store.read(second);
    await store.save(picture(4), ANN);
    expect([first, second, third].map((id) => has(store, id))).toEqual([true, true, false]);
    release();
    await saveAll(store, ANN, 5, 6, 7);
    expect([first, second].map((id) => has(store, id))).toEqual([false, false]);
  });

  it('leaves the pictures of other rooms alone while only one room’s quota is used up', async () => {
    const { store } = await open({ maxRoomBytes: 2 * BLOCK });
    const ofBob = await saveAll(store, BOB, 1, 2);
    await saveAll(store, ANN, 3, 4, 5, 6, 7);
    expect(ofBob.every((id) => has(store, id))).toBe(true);
    expect(store.list().map(({ room }) => room)).toEqual(['bob', 'bob', 'ann', 'ann']);
  });

  it('always has room for the operator, whose pictures stay, however many rooms have filled it', async () => {
    const { store } = await open({ maxBytes: 10 * BLOCK, maxRoomBytes: 2 * BLOCK });
    const own = await store.save(picture(99, 4), null);
    for (let room = 0; room < 20; room += 1) await store.save(picture(room), RoomId.parse(`stranger${room}`));
    const another = await store.save(picture(98, 5), null);
    expect([has(store, own), has(store, another)]).toEqual([true, true]);
    expect(store.list().reduce((sum, { bytes }) => sum + bytes, 0)).toBe(10 * BLOCK);
  });

  it('refuses with STORE_FULL, and removes nothing, when what could go is in use', async () => {
    const { store } = await open({ maxBytes: 3 * BLOCK, maxRoomBytes: 3 * BLOCK });
    const [idle, shown] = await saveAll(store, ANN, 1, 2);
    store.hold(shown);
    expect(await codeOf(store.save(picture(3, 3), BOB))).toBe('STORE_FULL');
    expect(has(store, idle)).toBe(true);
    expect(await codeOf(store.save(picture(3, 3), null))).toBe('STORE_FULL');
    expect(await codeOf(store.save(picture(3, 2), null))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('counts what tiny files take on the disk', async () => {
    const { store } = await open({ maxRoomBytes: 2 * BLOCK });
    for (const byte of [1, 2, 3, 4]) await store.save(Buffer.concat([PNG, Buffer.from([byte])]), ANN);
    expect(store.list().map(({ bytes }) => bytes)).toEqual([BLOCK, BLOCK]);
  });
});

describe('after a restart', () => {
  it('counts the disk again, and still knows whose a picture is and when it was used', async () => {
    const { store, folder, again } = await open({ maxRoomBytes: 2 * BLOCK });
    const [first, second] = await saveAll(store, RoomId.parse('Show'), 1, 2);
    const show = join(folder, 'rooms', '=show');
    await utimes(join(show, first), 2, 2);
    await utimes(join(show, second), 1, 1);
    await writeFile(join(show, `${first}.x.part`), 'unfinished');
    await mkdir(join(folder, 'rooms', '..strange..'));
    const restarted = await again();
    expect(restarted.list()).toMatchObject([
      { assetId: second, room: 'Show', bytes: BLOCK, usedAtMs: 1000 },
      { assetId: first, room: 'Show', bytes: BLOCK, usedAtMs: 2000 },
    ]);
    expect(await readdir(show)).toHaveLength(2);
    await restarted.save(picture(3), RoomId.parse('Show'));
    expect([has(restarted, first), has(restarted, second)]).toEqual([true, false]);
  });

  it('lets pictures of unknown owners make room', async () => {
    const { folder, again } = await open({ maxBytes: 2 * BLOCK });
    const old = picture(1, 2);
    await writeFile(join(folder, idOf(old)), old);
    const store = await again();
    expect(store.list()).toMatchObject([{ assetId: idOf(old), room: null, bytes: 2 * BLOCK }]);
    await store.save(PNG, ANN);
    expect(has(store, idOf(old))).toBe(false);
  });
});

it('deletes every copy of a picture, unless a program shows it', async () => {
  const { store, folder } = await open();
  const id = await store.save(PNG, ANN);
  await store.save(PNG, null);
  const release = store.hold(id);
  expect(await codeOf(store.delete(id))).toBe('WRONG_STATE');
  release();
  await store.delete(id);
  expect([has(store, id), store.list(), await readdir(join(folder, 'operator'))]).toEqual([false, [], []]);
  expect(await codeOf(store.delete(id))).toBe('NOT_FOUND');
});

async function saveAll(store: AssetStore, room: RoomId, ...numbers: number[]): Promise<[AssetId, AssetId, AssetId]> {
  const ids: AssetId[] = [];
  for (const number of numbers) ids.push(await store.save(picture(number), room));
  return ids as [AssetId, AssetId, AssetId];
}
