/**
 * What outlives the process, in one SQLite file in the data folder; nothing has to be installed beside it. Queries are Kysely's builder only, and columns are
 * text, integers and big integers, so the same queries run on PostgreSQL: no `sql` fragments of one dialect here or in those who use the store.
 */
export { isTaken, Store } from './Store.js';
export type { StreamChange, StreamRow, Tables } from './tables.js';
