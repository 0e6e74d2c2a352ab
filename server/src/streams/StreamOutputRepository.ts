import { randomUUID } from 'node:crypto';
import { LianmaiError, OutputId, type OutputRequest, type StreamId } from '@lianmai/protocol';
import type { Store } from '../store/index.js';

export interface StreamOutput {
  readonly id: OutputId;
  readonly streamId: string;
  readonly request: OutputRequest;
}

/** Highest number that a bridge accepts for one stream. */
const MAX_OUTPUTS = 16;

/** The stored destinations of streams. */
export class StreamOutputRepository {
  readonly #db: Store['db'];

  constructor(store: Store) {
    this.#db = store.db;
  }

  async all(): Promise<StreamOutput[]> {
    const rows = await this.#db.selectFrom('streamOutputs').selectAll().orderBy('createdAtMs').orderBy('id').execute();
    return rows.map(({ id, streamId, kind, url }) => ({ id: OutputId.parse(id), streamId, request: { kind, url } }));
  }

  async add(streamId: StreamId, { kind, url }: OutputRequest): Promise<OutputId> {
    const { count } = await this.#db
      .selectFrom('streamOutputs')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('streamId', '=', streamId)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAX_OUTPUTS)
      throw new LianmaiError(
        'CONFLICT',
        { max: MAX_OUTPUTS },
        { message: `A stream has at most ${MAX_OUTPUTS} destinations. Remove one first.` },
      );
    const id = OutputId.parse(randomUUID());
    await this.#db.insertInto('streamOutputs').values({ id, streamId, kind, url, createdAtMs: Date.now() }).execute();
    return id;
  }

  /** Throws NOT_FOUND. */
  async remove(streamId: StreamId, id: OutputId): Promise<void> {
    const gone = await this.#db.deleteFrom('streamOutputs').where('id', '=', id).where('streamId', '=', streamId).executeTakeFirst();
    if (gone.numDeletedRows === 0n)
      throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such destination. Check its id.' });
  }

  async removeAll(streamId: StreamId): Promise<void> {
    await this.#db.deleteFrom('streamOutputs').where('streamId', '=', streamId).execute();
  }
}
