import { LianmaiError, type EventData, type EventName, type ParticipantId } from '@lianmai/protocol';
import type { Participant } from './Participant.js';

/** The people in a room, in order of joining, and a way to notify them. */
export class Participants {
  readonly #byId = new Map<ParticipantId, Participant>();

  get size(): number {
    return this.#byId.size;
  }

  get all(): readonly Participant[] {
    return [...this.#byId.values()];
  }

  [Symbol.iterator](): Iterator<Participant> {
    return this.#byId.values();
  }

  find(id: ParticipantId): Participant | undefined {
    return this.#byId.get(id);
  }

  /** Throws NOT_FOUND for anyone who is not in the room. */
  get(id: ParticipantId): Participant {
    const participant = this.#byId.get(id);
    if (!participant) throw new LianmaiError('NOT_FOUND', { participantId: id }, { message: 'This person is not in the room.' });
    return participant;
  }

  has(participant: Participant): boolean {
    return this.#byId.get(participant.id) === participant;
  }

  add(participant: Participant): void {
    this.#byId.set(participant.id, participant);
  }

  /** Returns false if the participant was not in the room. */
  remove(participant: Participant): boolean {
    return this.has(participant) && this.#byId.delete(participant.id);
  }

  /** Tells everybody about a participant, and each only what they may know. */
  announce(name: 'participantJoined' | 'participantChanged', participant: Participant, except?: Participant): void {
    for (const viewer of this.#byId.values()) if (viewer !== except) viewer.send(name, participant.infoFor(viewer));
  }

  broadcast<N extends EventName>(name: N, data: EventData<N>, except?: Participant): void {
    for (const participant of this.#byId.values()) if (participant !== except) participant.send(name, data);
  }

  broadcastVolatile<N extends EventName>(name: N, data: EventData<N>, to: (participant: Participant) => boolean = () => true): void {
    for (const participant of this.#byId.values()) if (to(participant)) participant.channel?.sendVolatile(name, data);
  }
}
