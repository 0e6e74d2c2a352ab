import type { Identity, ParticipantId } from '@lianmai/protocol';
import type { PersonOnAir } from '../program/index.js';

/** The people who were on air when the server ended. Whoever comes back in time keeps their id, which scene and mix refer to, and their seat. */
export class ReturningPeople {
  readonly #ids = new Map<Identity, ParticipantId>();
  #timer: NodeJS.Timeout | undefined;

  expect(people: readonly PersonOnAir[], withinMs: number): void {
    for (const { identity, participantId } of people) this.#ids.set(identity, participantId);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ids.clear(), withinMs).unref();
  }

  /** Returns the id that this person had, once; undefined for everybody else. */
  take(identity: Identity): ParticipantId | undefined {
    const id = this.#ids.get(identity);
    this.#ids.delete(identity);
    return id;
  }
}
