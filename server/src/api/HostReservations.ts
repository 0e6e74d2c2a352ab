import type { Identity, RoomId } from '@lianmai/protocol';

/** Reserves a new room for the first person to request it, from token to join, so that two people cannot both become host. */
export class HostReservations {
  readonly #ttlMs: number;
  readonly #byRoom = new Map<RoomId, { identity: Identity; untilMs: number }>();

  constructor(ttlMs = 60_000) {
    this.#ttlMs = ttlMs;
  }

  /** The person expected to open the room, or null. */
  holderOf(room: RoomId): Identity | null {
    const held = this.#byRoom.get(room);
    return held && held.untilMs > performance.now() ? held.identity : null;
  }

  reserve(room: RoomId, identity: Identity): void {
    const nowMs = performance.now();
    for (const [other, { untilMs }] of this.#byRoom) if (untilMs <= nowMs) this.#byRoom.delete(other);
    this.#byRoom.set(room, { identity, untilMs: nowMs + this.#ttlMs });
  }
}
