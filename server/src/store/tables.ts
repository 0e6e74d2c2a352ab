import type { ColumnType, Selectable, Updateable } from 'kysely';

/** A bigint. PostgreSQL returns it as text. */
type BigInteger = ColumnType<number | string, number, number>;

/** Registered streams. Times are milliseconds since the epoch and flags are 0 or 1, since SQLite has no booleans. */
export interface StreamTable {
  id: string;
  app: string;
  name: string;
  title: string | null;
  publishKey: string;
  playSecret: string;
  playAccess: string;
  srtPassphrase: string | null;
  /** A RecordRule as JSON. */
  record: string | null;
  sourceUrl: string | null;
  createdAtMs: BigInteger;
}

export type StreamRow = Selectable<StreamTable>;
export type StreamChange = Updateable<StreamTable>;

/** Destinations that streams are pushed to. The URL contains the destination's key. */
export interface StreamOutputTable {
  id: string;
  streamId: string;
  kind: string;
  url: string;
  createdAtMs: BigInteger;
}

/** The programs that rooms are meant to put out. The JSON contains the keys of destinations. */
export interface ProgramIntentTable {
  room: string;
  /** A ProgramIntent as JSON. */
  intent: string;
  /** The server process that runs the program; empty when it has handed it over. */
  owner: string;
  /** Grows with each change of owner. */
  epoch: number;
  /** When the owner was last known to be alive. */
  aliveAtMs: BigInteger;
}

export interface Tables {
  streams: StreamTable;
  streamOutputs: StreamOutputTable;
  programIntents: ProgramIntentTable;
}
