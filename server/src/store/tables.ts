import type { ColumnType, Generated, Selectable, Updateable } from 'kysely';

/** A big integer: PostgreSQL gives it as text. */
type BigInteger = ColumnType<number | string, number, number>;

/** Streams that somebody made. Times are milliseconds since the epoch, flags 0 or 1: SQLite has no booleans and takes none. */
export interface StreamTable {
  id: string;
  app: string;
  name: string;
  title: string | null;
  publishKey: string;
  playSecret: string;
  playAccess: string;
  srtPassphrase: string | null;
  record: Generated<number>;
  createdAtMs: BigInteger;
}

export type StreamRow = Selectable<StreamTable>;
export type StreamChange = Updateable<StreamTable>;

export interface Tables {
  streams: StreamTable;
}
