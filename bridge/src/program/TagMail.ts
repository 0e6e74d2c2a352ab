import type { MediaTag } from '../stream/index.js';

/** Collects encoded media into one delivery a picture: each delivery wakes another thread. Sound waits for the next picture, at most 33 ms. */
export class TagMail {
  readonly #deliver: (tags: MediaTag[]) => void;
  #waiting: MediaTag[] = [];

  constructor(deliver: (tags: MediaTag[]) => void) {
    this.#deliver = deliver;
  }

  add(tags: readonly MediaTag[]): void {
    this.#waiting.push(...tags);
    if (tags.some((tag) => tag.kind === 'video')) this.flush();
  }

  flush(): void {
    const tags = this.#waiting;
    this.#waiting = [];
    if (tags.length > 0) this.#deliver(tags);
  }
}
