import { randomUUID } from 'node:crypto';
import { LianmaiError, type ConnectionState, type EventData, type EventName, type JoinClaims, type WireError } from '@lianmai/protocol';
import type { ClientChannel, Participant, Room } from '../rooms/index.js';

/** The socket, as much of it as a connection needs. */
export interface Wire {
  emit(name: EventName, data: unknown, options: { isVolatile: boolean }): void;
  hangUp(): void;
}

/** Events whose whole content a snapshot has. */
const IN_SNAPSHOT: ReadonlySet<EventName> = new Set<EventName>([
  'participantJoined',
  'participantChanged',
  'participantLeft',
  'qualityChanged',
  'stageChanged',
  'roomChanged',
  'chatReceived',
  'programChanged',
]);

/**
 * One socket with a valid token. Until the join is answered it keeps events back: those that are newer than the snapshot in the answer must come after it,
 * those that are older must not come at all.
 */
export class ClientConnection implements ClientChannel {
  readonly id = randomUUID();
  readonly claims: JoinClaims;
  readonly #wire: Wire;
  #joined: { participant: Participant; room: Room } | null = null;
  #isJoining = false;
  #isEnded = false;
  /** Events that wait for the answer to join; null: they go straight out. */
  #held: [EventName, unknown][] | null = [];

  constructor(claims: JoinClaims, wire: Wire) {
    this.claims = claims;
    this.#wire = wire;
  }

  get state(): ConnectionState {
    return this.#standing() ? 'joined' : 'connected';
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** WRONG_STATE while the connection stands for nobody. */
  get participant(): Participant {
    return this.#required().participant;
  }

  get room(): Room {
    return this.#required().room;
  }

  /** Runs `enter` unless the connection stands for somebody already, or is about to. */
  async join<T>(enter: () => Promise<T>): Promise<T> {
    if (this.#isJoining || this.state === 'joined')
      throw new LianmaiError('WRONG_STATE', undefined, { message: 'This connection has joined already.' });
    this.#isJoining = true;
    this.#held ??= [];
    try {
      return await enter();
    } finally {
      this.#isJoining = false;
    }
  }

  standFor(participant: Participant, room: Room): void {
    this.#joined = { participant, room };
  }

  /** Call it in the moment of the snapshot that answers the join. */
  snapshotTaken(): void {
    if (this.#held) this.#held = this.#held.filter(([name]) => !IN_SNAPSHOT.has(name));
  }

  /** The answer to join is on its way: what was kept back follows it. */
  release(): void {
    const held = this.#held;
    if (!held || this.#isJoining || this.state !== 'joined') return;
    this.#held = null;
    for (const [name, data] of held) this.#wire.emit(name, data, { isVolatile: false });
  }

  send<N extends EventName>(name: N, data: EventData<N>): void {
    if (this.#isEnded) return;
    if (this.#held) this.#held.push([name, data]);
    else this.#wire.emit(name, data, { isVolatile: false });
  }

  sendVolatile<N extends EventName>(name: N, data: EventData<N>): void {
    if (!this.#isEnded && !this.#held) this.#wire.emit(name, data, { isVolatile: true });
  }

  disconnect({ code, message }: Pick<WireError, 'code' | 'message'>): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#wire.emit('disconnecting', { code, message }, { isVolatile: false });
    this.#wire.hangUp();
  }

  /** The participant left by a request of this connection, which may join again. */
  forget(): void {
    this.#joined = null;
    this.#held = [];
  }

  /** The socket is gone. */
  ended(): void {
    this.#isEnded = true;
    if (this.#joined) this.#joined.room.lose(this.#joined.participant, this);
  }

  #required(): { participant: Participant; room: Room } {
    const standing = this.#standing();
    if (!standing) throw new LianmaiError('WRONG_STATE', undefined, { message: 'Join the room first.' });
    return standing;
  }

  /** Who it stands for, as long as nobody else does. */
  #standing() {
    return this.#joined?.participant.channel === this ? this.#joined : null;
  }
}
