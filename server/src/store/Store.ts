import { chmod, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Closable } from '@lianmai/kit';
import { CamelCasePlugin, Kysely, Migrator, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { migrations } from './migrations.js';
import type { Tables } from './tables.js';

const FILE = 'lianmai.db';
/** Another process that looks into the file, a backup for example, is waited for this long. */
const BUSY_TIMEOUT_MS = 5000;

/** The open database. */
export class Store implements Closable {
  readonly db: Kysely<Tables>;

  private constructor(db: Kysely<Tables>) {
    this.db = db;
  }

  /** Opens `{folder}/lianmai.db`, made if need be, and brings it to the present shape. Rejects, and changes nothing, if a newer Lianmai has written it. */
  static async open(folder: string): Promise<Store> {
    const file = path.join(folder, FILE);
    await keepPrivate(folder, file);
    const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    const store = new Store(new Kysely<Tables>({ dialect: new SqliteDialect({ database }), plugins: [new CamelCasePlugin()] }));
    try {
      database.pragma('journal_mode = WAL');
      // A process that is killed loses nothing, a machine that loses power perhaps the last transactions, never the file.
      database.pragma('synchronous = NORMAL');
      await migrate(store.db);
      return store;
    } catch (cause) {
      await store.close();
      throw new Error(`${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  /** Closing twice is Kysely's to ignore. */
  async close(): Promise<void> {
    await this.db.destroy();
  }
}

/** The file holds stream keys: it is the owner's alone before anything is in it. SQLite gives its write-ahead log the same mode. */
async function keepPrivate(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await (await open(file, 'a', 0o600)).close();
  await chmod(file, 0o600);
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('the migration failed', { cause: error });
}

/** Whether a statement failed because something of this name is there already: SQLite's code, or PostgreSQL's. */
export function isTaken(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
