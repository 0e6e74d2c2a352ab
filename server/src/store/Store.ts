import { chmod, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Closable } from '@lianmai/kit';
import { CamelCasePlugin, Kysely, Migrator, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { migrations } from './migrations.js';
import type { Tables } from './tables.js';

const FILE = 'lianmai.db';
/** Time to wait for another process that has the file open, such as a backup. */
const BUSY_TIMEOUT_MS = 5000;

/** The open database. */
export class Store implements Closable {
  readonly db: Kysely<Tables>;

  private constructor(db: Kysely<Tables>) {
    this.db = db;
  }

  /** Opens `{folder}/lianmai.db`, creating and migrating it as needed. Rejects without changing it if a newer Lianmai wrote it. */
  static async open(folder: string): Promise<Store> {
    const file = path.join(folder, FILE);
    await keepPrivate(folder, file);
    const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    const store = new Store(new Kysely<Tables>({ dialect: new SqliteDialect({ database }), plugins: [new CamelCasePlugin()] }));
    try {
      database.pragma('journal_mode = WAL');
      // Killing the process loses nothing. A power failure may lose the latest transactions, but never the file.
      database.pragma('synchronous = NORMAL');
      await migrate(store.db);
      return store;
    } catch (cause) {
      await store.close();
      throw new Error(
        `${file} cannot be used (${cause instanceof Error ? cause.message : String(cause)}). Use the Lianmai version that wrote it, or restore a backup.`,
        { cause },
      );
    }
  }

  /** Kysely ignores a second close. */
  async close(): Promise<void> {
    await this.db.destroy();
  }
}

/** The file holds stream keys, so only its owner may read it, from the moment it exists. SQLite gives its write-ahead log the same mode. */
async function keepPrivate(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await (await open(file, 'a', 0o600)).close();
  await chmod(file, 0o600);
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('the migration failed', { cause: error });
}

/** Whether a statement failed because the name is taken: SQLite's code or PostgreSQL's. */
export function isTaken(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
