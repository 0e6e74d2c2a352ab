import { EventEmitter } from 'node:events';
import { SerialQueue, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError, type RoomId } from '@lianmai/protocol';
import type { Store } from '../../store/index.js';
import { ProgramIntent } from './ProgramIntent.js';
import { hasEnded, ownServerId } from './serverId.js';

export interface ProgramIntentsOptions {
  store: Store;
  log: Log;
  /** Default: of this process. */
  serverId?: string;
  /** Default: 8000. */
  leaseMs?: number;
}

export interface ProgramIntentsEvents {
  /** The lease of the server that had it is over: it is ours now, to go on with. */
  claimed: [intent: ProgramIntent];
  /** Another server goes on with the program of this room, because we gave no sign of life for too long. */
  lost: [room: RoomId];
}

const LEASE_MS = 8000;
/** How many times in each lease the store is told that this server is alive. */
const SIGNS_PER_LEASE = 4;
/** A server that was last alive so long ago has ended, even if the clocks of two machines differ. */
const CERTAIN_MS = 60_000;

interface Row {
  room: RoomId;
  intent: string;
  owner: string;
  epoch: number;
  aliveAtMs: number;
}

/**
 * Keeps in the store what each room is meant to put out, so that the next server process goes on with it. Each intent has one owner: the server that
 * renews its lease. Whoever takes an intent over raises its epoch, so that of two servers only one succeeds.
 */
export class ProgramIntents extends EventEmitter<ProgramIntentsEvents> implements Closable {
  readonly #db: Store['db'];
  readonly #log: Log;
  readonly #owner: string;
  readonly #leaseMs: number;
  /** As stored last, or on its way to the store. */
  readonly #kept = new Map<RoomId, string>();
  /** Rooms whose intents the store has under our name. */
  readonly #stored = new Set<RoomId>();
  /** Intents whose owner may still be alive, with what was last seen of it and since when, on the monotonic clock. */
  readonly #watched = new Map<RoomId, { row: Row; sinceMs: number; withinMs: number }>();
  readonly #writes = new SerialQueue();
  readonly #heartbeat: NodeJS.Timeout;

  constructor({ store, log, serverId = ownServerId(), leaseMs = LEASE_MS }: ProgramIntentsOptions) {
    super();
    this.#db = store.db;
    this.#log = log;
    this.#owner = serverId;
    this.#leaseMs = leaseMs;
    this.#heartbeat = setInterval(() => this.#beat(), leaseMs / SIGNS_PER_LEASE).unref();
  }

  /** Stores the intent unless it is the one stored last. A failure is logged: a program on air does not depend on the disk. */
  keep(intent: ProgramIntent): void {
    const { room } = intent;
    const json = JSON.stringify(intent);
    if (this.#kept.get(room) === json) return;
    this.#kept.set(room, json);
    this.#write(() => this.#store(room, json));
  }

  /** Somebody stopped the program, or it cannot go on. */
  forget(room: RoomId): void {
    if (!this.#kept.delete(room)) return;
    this.#write(() => {
      this.#stored.delete(room);
      return this.#db.deleteFrom('programIntents').where('room', '=', room).where('owner', '=', this.#owner).execute();
    });
  }

  /** Throws WRONG_STATE while another server that uses this store has the room on air. */
  async assertFree(room: RoomId): Promise<void> {
    const row = await this.#read(room).catch(
      (error: unknown) => void this.#log.error({ err: error }, 'could not read what a room puts out'),
    );
    if (!row || row.owner === this.#owner || this.#isOver(row)) return;
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'The room is live already, on another server.' });
  }

  /**
   * Takes over the intents of servers that have ended less than `withinMs` ago and returns them. Forgets older ones, and what it cannot read. Those of a
   * server that may be alive are watched for one lease, and claimed when it has not been renewed.
   */
  async takeOver(withinMs: number): Promise<ProgramIntent[]> {
    const taken: ProgramIntent[] = [];
    for (const row of await this.#readAll()) {
      if (row.owner === this.#owner) continue;
      if (this.#isOver(row)) taken.push(...(await this.#take(row, withinMs)));
      else this.#watched.set(row.room, { row, sinceMs: performance.now(), withinMs });
    }
    return taken;
  }

  /** Resolves when everything is in the store. The next server need not wait for the end of our lease. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#write(() =>
      this.#db.updateTable('programIntents').set({ aliveAtMs: Date.now(), owner: '' }).where('owner', '=', this.#owner).execute(),
    );
    await this.#writes.run(() => undefined);
  }

  #beat(): void {
    this.#write(() => this.#noteAlive());
    this.#write(() => this.#lookAtWatched());
  }

  async #store(room: RoomId, intent: string): Promise<void> {
    const values = { intent, aliveAtMs: Date.now() };
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('programIntents')
      .values({ room, owner: this.#owner, epoch: 1, ...values })
      .onConflict((conflict) => conflict.column('room').doUpdateSet(values).where('programIntents.owner', '=', this.#owner))
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) this.#lose(room);
    else this.#stored.add(room);
  }

  async #noteAlive(): Promise<void> {
    if (this.#stored.size === 0) return;
    const owned = await this.#db
      .updateTable('programIntents')
      .set({ aliveAtMs: Date.now() })
      .where('owner', '=', this.#owner)
      .returning('room')
      .execute();
    for (const room of this.#stored) if (!owned.some((row) => row.room === room)) this.#lose(room);
  }

  #lose(room: RoomId): void {
    this.#stored.delete(room);
    if (!this.#kept.delete(room)) return;
    this.#log.warn({ room }, 'another server goes on with a program of ours');
    this.emit('lost', room);
  }

  async #lookAtWatched(): Promise<void> {
    for (const [room, seen] of this.#watched) {
      const row = await this.#read(room);
      const isQuiet = row?.epoch === seen.row.epoch && row.aliveAtMs === seen.row.aliveAtMs;
      if (isQuiet && performance.now() - seen.sinceMs < this.#leaseMs) continue;
      this.#watched.delete(room);
      if (!isQuiet) continue;
      for (const intent of await this.#take(seen.row, seen.withinMs)) this.emit('claimed', intent);
    }
  }

  /** Returns nothing when another server was faster, or the program is not to go on. */
  async #take(row: Row, withinMs: number): Promise<ProgramIntent[]> {
    const { room, epoch } = row;
    const { numUpdatedRows } = await this.#db
      .updateTable('programIntents')
      .set({ owner: this.#owner, epoch: epoch + 1, aliveAtMs: Date.now() })
      .where('room', '=', room)
      .where('epoch', '=', epoch)
      .where('owner', '=', row.owner)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return [];
    this.#kept.set(room, row.intent);
    this.#stored.add(room);
    const parsed = ProgramIntent.safeParse(parseJson(row.intent));
    const awayMs = Date.now() - row.aliveAtMs;
    if (parsed.success && awayMs < withinMs) return [parsed.data];
    this.#log.warn({ room, awayMs, isReadable: parsed.success }, 'a program of an earlier server does not go on');
    this.forget(room);
    return [];
  }

  #isOver({ owner, aliveAtMs }: Row): boolean {
    return owner === '' || hasEnded(owner) || Date.now() - aliveAtMs > CERTAIN_MS;
  }

  async #read(room: RoomId): Promise<Row | null> {
    const row = await this.#db.selectFrom('programIntents').selectAll().where('room', '=', room).executeTakeFirst();
    return row ? asRow(row) : null;
  }

  async #readAll(): Promise<Row[]> {
    const rows = await this.#db.selectFrom('programIntents').selectAll().execute();
    return rows.map(asRow);
  }

  #write(task: () => Promise<unknown>): void {
    this.#writes.run(task).catch((error: unknown) => this.#log.error({ err: error }, 'could not store what a room puts out'));
  }
}

const asRow = ({ room, intent, owner, epoch, aliveAtMs }: Record<keyof Row, unknown>): Row => ({
  ...{ room: room as RoomId, intent: String(intent), owner: String(owner) },
  ...{ epoch: Number(epoch), aliveAtMs: Number(aliveAtMs) },
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
