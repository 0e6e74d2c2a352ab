/**
 * Persistent state in one SQLite file in the data folder, with nothing else to install. Queries use Kysely's builder only, with text,
 * integer and bigint columns, so they run on PostgreSQL too: no `sql` fragments of one dialect, here or in callers.
 */
export { isTaken, Store } from './Store.js';
export type { StreamChange, StreamRow, Tables } from './tables.js';
