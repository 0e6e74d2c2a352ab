import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTaken, Store } from './index.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'lianmai-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = (id: string, name = id) => ({
  ...{
    id,
    name,
    app: 'live',
    title: null,
    publishKey: 'k',
    playSecret: 's',
    playAccess: 'open',
    srtPassphrase: null,
    record: null,
    sourceUrl: null,
    createdAtMs: Date.now(),
  },
});

describe('Store', () => {
  it('keeps data across a restart, under the code’s names', async () => {
    const first = await Store.open(folder);
    await first.db.insertInto('streams').values(row('a')).execute();
    await first.close();
    const second = await Store.open(folder);
    const [stream] = await second.db.selectFrom('streams').selectAll().execute();
    expect(stream).toEqual({ ...row('a'), createdAtMs: stream?.createdAtMs });
    expect(stream?.createdAtMs).toBeGreaterThan(1.7e12);
    await second.close();
  });

  it('keeps data even if it was never closed', async () => {
    const first = await Store.open(folder);
    await first.db.insertInto('streams').values(row('a')).execute();
    const second = await Store.open(folder);
    expect(await second.db.selectFrom('streams').select('id').execute()).toEqual([{ id: 'a' }]);
    await Promise.all([first.close(), second.close()]);
  });

  it('can be read only by its owner, log included, and corrects the mode if needed', async () => {
    writeFileSync(path.join(folder, 'lianmai.db'), '', { mode: 0o644 });
    const store = await Store.open(path.join(folder));
    await store.db.insertInto('streams').values(row('a')).execute();
    const files = readdirSync(folder);
    expect(files).toContain('lianmai.db-wal');
    for (const file of files) expect([file, statSync(path.join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
    await store.close();
  });

  it('creates its folder, and ignores a second close', async () => {
    const store = await Store.open(path.join(folder, 'deep', 'data'));
    await store.close();
    await store.close();
  });

  it('distinguishes a taken name from every other failure', async () => {
    const store = await Store.open(folder);
    await store.db.insertInto('streams').values(row('a', 'x')).execute();
    const failure = (id: string, name: string) =>
      store.db.insertInto('streams').values(row(id, name)).execute().then(() => null, (error: unknown) => error); // prettier-ignore
    expect(isTaken(await failure('b', 'x'))).toBe(true);
    expect(isTaken(await failure('a', 'y'))).toBe(true);
    expect([isTaken(null), isTaken(new Error('disk')), isTaken({ code: '23505' })]).toEqual([false, false, true]);
    await store.close();
    expect(isTaken(await failure('c', 'z'))).toBe(false);
  });

  it('rejects a newer version’s file, and a file that is not a database, naming the file', async () => {
    await (await Store.open(folder)).close();
    const file = path.join(folder, 'lianmai.db');
    const database = new Database(file);
    database.prepare('INSERT INTO kysely_migration (name, timestamp) VALUES (?, ?)').run('9999_future', 'then');
    database.close();
    await expect(Store.open(folder)).rejects.toThrow(file);
    rmSync(file);
    writeFileSync(file, 'not a database at all, but longer than the header of one would be '.repeat(20));
    await expect(Store.open(folder)).rejects.toThrow(file);
  });
});
