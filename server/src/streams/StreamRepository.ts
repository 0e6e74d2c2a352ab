import { randomBytes } from 'node:crypto';
import { Secret } from '@lianmai/kit';
import {
  LianmaiError,
  PlayAccess,
  RecordRule,
  StreamId,
  streamKey,
  type CreateStream,
  type StreamRef,
  type UpdateStream,
} from '@lianmai/protocol';
import { isTaken, type Store, type StreamChange, type StreamRow } from '../store/index.js';

/** A registered stream, whether or not it has a publisher. */
export interface RegisteredStream extends StreamRef {
  readonly id: StreamId;
  /** null: the name is shown instead. */
  readonly title: string | null;
  /** Allows publishing. */
  readonly publishKey: Secret;
  /** Signs play URLs. */
  readonly playSecret: Secret;
  readonly playAccess: PlayAccess;
  readonly srtPassphrase: Secret | null;
  readonly record: RecordRule | null;
  /** URL that it is pulled from; null: the stream is published. */
  readonly source: Secret | null;
  readonly createdAtMs: number;
}

/** Limited because each has a row and the list is read as a whole. */
const MAX_STREAMS = 10_000;

/**
 * This server's streams in the store. Keys and passphrases are stored in plain text, in a file that only its owner can read: owners must
 * be able to copy a publishing URL again, so a hash will not do, and encryption with a key next to the file would add no security.
 */
export class StreamRepository {
  readonly #db: Store['db'];
  #apps: ReadonlySet<string> = new Set();

  private constructor(store: Store) {
    this.#db = store.db;
  }

  static async open(store: Store): Promise<StreamRepository> {
    const repository = new StreamRepository(store);
    await repository.#readApps();
    return repository;
  }

  /** First parts of all streams' addresses. */
  get apps(): ReadonlySet<string> {
    return this.#apps;
  }

  /** Throws CONFLICT if the name is taken. */
  async add({ app, name, title, playAccess, srtPassphrase, record, source }: CreateStream): Promise<RegisteredStream> {
    await this.#assertRoom();
    const row = {
      id: makeStreamId(),
      app,
      name,
      title: title ?? null,
      publishKey: makeKey().reveal(),
      playSecret: makeKey().reveal(),
      playAccess: playAccess ?? 'open',
      srtPassphrase: srtPassphrase ?? null,
      record: asJson(record),
      sourceUrl: source?.url ?? null,
      createdAtMs: Date.now(),
    };
    try {
      await this.#db.insertInto('streams').values(row).execute();
    } catch (error) {
      if (!isTaken(error)) throw error;
      throw new LianmaiError('CONFLICT', undefined, {
        message: `The stream ${streamKey({ app, name })} already exists. Choose another name.`,
        cause: error,
      });
    }
    await this.#readApps();
    return fromRow(row);
  }

  /** Oldest first. */
  async all(): Promise<RegisteredStream[]> {
    const rows = await this.#db.selectFrom('streams').selectAll().orderBy('createdAtMs').orderBy('id').execute();
    return rows.map(fromRow);
  }

  /** Throws NOT_FOUND. */
  async get(id: StreamId): Promise<RegisteredStream> {
    const row = await this.#db.selectFrom('streams').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw unknown(id);
    return fromRow(row);
  }

  async find({ app, name }: StreamRef): Promise<RegisteredStream | null> {
    const row = await this.#db.selectFrom('streams').selectAll().where('app', '=', app).where('name', '=', name).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** Missing fields stay unchanged. */
  async update(id: StreamId, { title, playAccess, srtPassphrase, record, source }: UpdateStream): Promise<RegisteredStream> {
    return this.#change(id, {
      ...(title !== undefined && { title }),
      ...(playAccess !== undefined && { playAccess }),
      ...(srtPassphrase !== undefined && { srtPassphrase }),
      ...(record !== undefined && { record: asJson(record) }),
      ...(source !== undefined && { sourceUrl: source?.url ?? null }),
    });
  }

  async rotateKey(id: StreamId): Promise<RegisteredStream> {
    return this.#change(id, { publishKey: makeKey().reveal() });
  }

  /** Returns the removed stream. Throws NOT_FOUND. */
  async remove(id: StreamId): Promise<RegisteredStream> {
    const stream = await this.get(id);
    await this.#db.deleteFrom('streams').where('id', '=', id).execute();
    await this.#readApps();
    return stream;
  }

  async #change(id: StreamId, change: StreamChange): Promise<RegisteredStream> {
    if (Object.keys(change).length > 0) await this.#db.updateTable('streams').set(change).where('id', '=', id).execute();
    return this.get(id);
  }

  async #assertRoom(): Promise<void> {
    const { count } = await this.#db
      .selectFrom('streams')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAX_STREAMS)
      throw new LianmaiError('CONFLICT', { max: MAX_STREAMS }, { message: `There are already ${MAX_STREAMS} streams. Delete some first.` });
  }

  async #readApps(): Promise<void> {
    const rows = await this.#db.selectFrom('streams').select('app').distinct().execute();
    this.#apps = new Set(rows.map(({ app }) => app));
  }
}

/** 192 bits, in characters that need no encoding in a URL. */
const makeKey = (): Secret => new Secret(randomBytes(24).toString('base64url'));
const makeStreamId = (): StreamId => StreamId.parse(`str_${randomBytes(12).toString('base64url')}`);

const asJson = (rule: RecordRule | null | undefined): string | null => (rule ? JSON.stringify(rule) : null);

function fromRow({ record, createdAtMs, ...row }: StreamRow): RegisteredStream {
  return {
    id: StreamId.parse(row.id),
    app: row.app,
    name: row.name,
    title: row.title,
    publishKey: new Secret(row.publishKey),
    playSecret: new Secret(row.playSecret),
    playAccess: PlayAccess.parse(row.playAccess),
    srtPassphrase: row.srtPassphrase === null ? null : new Secret(row.srtPassphrase),
    record: record === null ? null : RecordRule.parse(JSON.parse(record)),
    source: row.sourceUrl === null ? null : new Secret(row.sourceUrl),
    createdAtMs: Number(createdAtMs),
  };
}

const unknown = (id: StreamId) => new LianmaiError('NOT_FOUND', { stream: id }, { message: 'There is no such stream. Check its id.' });
