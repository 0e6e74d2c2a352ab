import type { Identity } from '@lianmai/protocol';
import type { PersonOnAir } from '../program/index.js';

/** The people who were on air when the server ended. Whoever comes back in time keeps their id, which scene and mix refer to, and their seat. */
export class ReturningPeople {
  readonly #people = new Map<Identity, PersonOnAir>();
  #timer: NodeJS.Timeout | undefined;

  expect(people: readonly PersonOnAir[], withinMs: number): void {
    for (const person of people) this.#people.set(person.identity, person);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#people.clear(), withinMs).unref();
  }

  /** Returns who this person was, once; undefined for everybody else. */
  take(identity: Identity): PersonOnAir | undefined {
    const person = this.#people.get(identity);
    this.#people.delete(identity);
    return person;
  }
}
