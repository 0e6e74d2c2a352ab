import type { Generated } from 'kysely';

/** Streams that somebody made. Times are milliseconds since the epoch, flags 0 or 1: SQLite has no booleans and takes none. */
export interface StreamRow {
  id: string;
  app: string;
  name: string;
  title: string | null;
  publishKey: string;
  playSecret: string;
  playAccess: string;
  srtPassphrase: string | null;
  record: Generated<number>;
  createdAtMs: number;
}

export interface Tables {
  streams: StreamRow;
}
