import { SerialQueue, type Closable, type Log } from '@lianmai/kit';
import type { RoomId } from '@lianmai/protocol';
import type { Store } from '../../store/index.js';
import { ProgramIntent } from './ProgramIntent.js';

export interface ProgramIntentsOptions {
  store: Store;
  log: Log;
}

/** How often the store is told that this server is alive. Whatever a killed server noted last is at most this old. */
const ALIVE_MS = 5000;

/** Keeps in the store what each room is meant to put out, so that the next server process goes on with it. */
export class ProgramIntents implements Closable {
  readonly #db: Store['db'];
  readonly #log: Log;
  /** The intents in the store, or on their way there. */
  readonly #kept = new Map<RoomId, string>();
  readonly #writes = new SerialQueue();
  readonly #heartbeat: NodeJS.Timeout;

  constructor({ store, log }: ProgramIntentsOptions) {
    this.#db = store.db;
    this.#log = log;
    this.#heartbeat = setInterval(() => this.#write(() => this.#noteAlive()), ALIVE_MS).unref();
  }

  /** Stores the intent unless it is the one stored last. A failure is logged: a program on air does not depend on the disk. */
  keep(intent: ProgramIntent): void {
    const { room } = intent;
    const json = JSON.stringify(intent);
    if (this.#kept.get(room) === json) return;
    this.#kept.set(room, json);
    const row = { intent: json, aliveAtMs: Date.now() };
    this.#write(() =>
      this.#db
        .insertInto('programIntents')
        .values({ room, ...row })
        .onConflict((conflict) => conflict.column('room').doUpdateSet(row))
        .execute(),
    );
  }

  /** Somebody stopped the program, or it cannot go on. */
  forget(room: RoomId): void {
    if (!this.#kept.delete(room)) return;
    this.#write(() => this.#db.deleteFrom('programIntents').where('room', '=', room).execute());
  }

  /** Returns the intents of a server that was alive less than `withinMs` ago. Forgets the others, and what it cannot read. */
  async recent(withinMs: number): Promise<ProgramIntent[]> {
    const rows = await this.#db.selectFrom('programIntents').selectAll().execute();
    const recent: ProgramIntent[] = [];
    for (const { room, intent, aliveAtMs } of rows) {
      this.#kept.set(room as RoomId, intent);
      const parsed = ProgramIntent.safeParse(parseJson(intent));
      const awayMs = Date.now() - Number(aliveAtMs);
      if (parsed.success && awayMs < withinMs) recent.push(parsed.data);
      else {
        this.#log.warn({ room, awayMs, isReadable: parsed.success }, 'a program of an earlier server does not go on');
        this.forget(room as RoomId);
      }
    }
    return recent;
  }

  /** Resolves when everything is in the store. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#write(() => this.#noteAlive());
    await this.#writes.run(() => undefined);
  }

  async #noteAlive(): Promise<void> {
    const rooms = [...this.#kept.keys()];
    if (rooms.length > 0) await this.#db.updateTable('programIntents').set({ aliveAtMs: Date.now() }).where('room', 'in', rooms).execute();
  }

  #write(task: () => Promise<unknown>): void {
    this.#writes.run(task).catch((error: unknown) => this.#log.error({ err: error }, 'could not store what a room puts out'));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
