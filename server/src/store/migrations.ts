import type { Kysely, Migration } from 'kysely';

/**
 * Forward only, in the order of their names, and independent of `Tables`, which describes the latest schema. Never change a released
 * migration: add another.
 */
export const migrations: Record<string, Migration> = {
  '0001_streams': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('streams')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('app', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('title', 'text')
        .addColumn('publish_key', 'text', (column) => column.notNull())
        .addColumn('play_secret', 'text', (column) => column.notNull())
        .addColumn('play_access', 'text', (column) => column.notNull())
        .addColumn('srt_passphrase', 'text')
        .addColumn('record', 'text')
        .addColumn('source_url', 'text')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('streams_app_name', ['app', 'name'])
        .execute();
      await db.schema
        .createTable('stream_outputs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('stream_id', 'text', (column) => column.notNull().references('streams.id').onDelete('cascade'))
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0002_program_intents': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('program_intents')
        .addColumn('room', 'text', (column) => column.primaryKey())
        .addColumn('intent', 'text', (column) => column.notNull())
        .addColumn('alive_at_ms', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0003_program_intent_owners': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('program_intents')
        .addColumn('owner', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema
        .alterTable('program_intents')
        .addColumn('epoch', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};
