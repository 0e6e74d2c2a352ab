import type { ColumnType, Selectable, Updateable } from 'kysely';

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
  /** RecordRule as JSON. */
  record: string | null;
  sourceUrl: string | null;
  createdAtMs: BigInteger;
}

export type StreamRow = Selectable<StreamTable>;
export type StreamChange = Updateable<StreamTable>;

/** Where streams are pushed on to. The URL has the destination's key in it. */
export interface StreamOutputTable {
  id: string;
  streamId: string;
  kind: string;
  url: string;
  createdAtMs: BigInteger;
}

export interface Tables {
  streams: StreamTable;
  streamOutputs: StreamOutputTable;
}
