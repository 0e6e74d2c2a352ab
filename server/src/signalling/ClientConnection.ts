import { randomUUID } from 'node:crypto';
import { LianmaiError, type ConnectionState, type EventData, type EventName, type JoinClaims, type WireError } from '@lianmai/protocol';
import type { Attendee, ClientChannel, Person, Room, RoomMember } from '../rooms/index.js';

/** The part of a socket that a connection uses. */
export interface Wire {
  emit(name: EventName, data: unknown, options: { isVolatile: boolean }): void;
  hangUp(): void;
  /** Whether it gets what is sent to this group. */
  setInGroup(group: string, isIn: boolean): void;
}

/** Events whose content is part of every snapshot. */
const IN_SNAPSHOT: ReadonlySet<EventName> = new Set<EventName>([
  'participantJoined',
  'participantChanged',
  'participantLeft',
  'qualityChanged',
  'stageChanged',
  'roomChanged',
  'chatChanged',
  'ownStageChanged',
  'programChanged',
]);

/**
 * A socket with a valid token. It holds events until the join is answered: events newer than the snapshot in the answer must follow it,
 * and older ones must not be sent at all.
 */
export class ClientConnection implements ClientChannel {
  readonly id = randomUUID();
  readonly claims: JoinClaims;
  /** Where it comes from, as limits count it (`networkOf`). */
  readonly network: string;
  readonly #wire: Wire;
  #joined: { participant: Person; room: Room } | null = null;
  #attending: { attendee: Attendee; room: Room } | null = null;
  #isJoining = false;
  #isEnded = false;
  /** Events held until the join is answered; null: sent at once. */
  #held: [EventName, unknown][] | null = [];

  constructor({ claims, network, wire }: { claims: JoinClaims; network: string; wire: Wire }) {
    this.claims = claims;
    this.network = network;
    this.#wire = wire;
  }

  get state(): ConnectionState {
    if (this.#standing()) return 'joined';
    return this.#seated() ? 'present' : 'connected';
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Throws WRONG_STATE unless the connection has joined. */
  get participant(): Person {
    return this.#required().participant;
  }

  /** The participant, or the person in the audience. Throws WRONG_STATE before either. */
  get member(): RoomMember {
    return this.#seated()?.attendee ?? this.#required().participant;
  }

  get room(): Room {
    return (this.#seated() ?? this.#required()).room;
  }

  /** Runs `enter` unless the connection has joined already or is joining. */
  async join<T>(enter: () => Promise<T>): Promise<T> {
    if (this.#isJoining || this.state === 'joined')
      throw new LianmaiError('WRONG_STATE', undefined, { message: 'This connection has already joined. Leave first.' });
    this.#isJoining = true;
    this.#held ??= [];
    try {
      return await enter();
    } finally {
      this.#isJoining = false;
    }
  }

  /** Runs `enter` unless the connection is joining. */
  async attend<T>(enter: () => T): Promise<T> {
    if (this.#isJoining || this.state === 'present')
      throw new LianmaiError('WRONG_STATE', undefined, { message: 'This connection has already joined. Leave first.' });
    this.#held ??= [];
    return enter();
  }

  standFor(participant: Person, room: Room): void {
    this.#joined = { participant, room };
    this.#attending = null;
  }

  attendAs(attendee: Attendee, room: Room): void {
    this.#attending = { attendee, room };
    this.#joined = null;
  }

  /** Call it together with taking the snapshot for the join's answer. */
  snapshotTaken(): void {
    if (this.#held) this.#held = this.#held.filter(([name]) => !IN_SNAPSHOT.has(name));
  }

  /** Sends the held events, once the answer to the join is on its way. */
  release(): void {
    const held = this.#held;
    if (!held || this.#isJoining || this.state === 'connected') return;
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

  /** The participant left on this connection's request; it may join again. */
  forget(): void {
    this.#joined = null;
    this.#attending = null;
    this.#held = [];
  }

  /** The socket has closed. */
  ended(): void {
    this.#isEnded = true;
    if (this.#joined) this.#joined.room.lose(this.#joined.participant, this);
    if (this.#attending) this.#attending.room.audience.lose(this.#attending.attendee, this);
  }

  #required(): { participant: Person; room: Room } {
    const standing = this.#standing();
    if (!standing) throw new LianmaiError('WRONG_STATE', undefined, { message: 'Join the room first.' });
    return standing;
  }

  enter(group: string): void {
    this.#wire.setInGroup(group, true);
  }

  exit(group: string): void {
    this.#wire.setInGroup(group, false);
  }

  /** Returns the person in the audience while this is still their connection. */
  #seated() {
    return this.#attending?.attendee.channel === this ? this.#attending : null;
  }

  /** Returns the participant while this is still their connection. */
  #standing() {
    return this.#joined?.participant.channel === this ? this.#joined : null;
  }
}
