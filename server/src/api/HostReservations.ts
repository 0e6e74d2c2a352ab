import type { Identity, RoomId } from '@lianmai/protocol';

/** Between the token and the join, a new room belongs to whoever asked for it first: two people cannot both become its host. */
export class HostReservations {
  readonly #ttlMs: number;
  readonly #byRoom = new Map<RoomId, { identity: Identity; untilMs: number }>();

  constructor(ttlMs = 60_000) {
    this.#ttlMs = ttlMs;
  }

  /** Who is expected to open the room; null: nobody. */
  holderOf(room: RoomId): Identity | null {
    const held = this.#byRoom.get(room);
    return held && held.untilMs > Date.now() ? held.identity : null;
  }

  reserve(room: RoomId, identity: Identity): void {
    const nowMs = Date.now();
    for (const [other, { untilMs }] of this.#byRoom) if (untilMs <= nowMs) this.#byRoom.delete(other);
    this.#byRoom.set(room, { identity, untilMs: nowMs + this.#ttlMs });
  }
}
