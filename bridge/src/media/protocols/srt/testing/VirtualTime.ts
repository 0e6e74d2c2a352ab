/** A clock that jumps from event to event: minutes of protocol in milliseconds, reproducible. */
export class VirtualTime {
  nowUs = 1_000_000;
  readonly #events: { atUs: number; order: number; run: () => void }[] = [];
  #order = 0;

  readonly now = (): number => this.nowUs;

  after(delayUs: number, run: () => void): void {
    const event = { atUs: this.nowUs + delayUs, order: this.#order++, run };
    let at = this.#events.length;
    while (at > 0 && this.#events[at - 1]!.atUs > event.atUs) at--;
    this.#events.splice(at, 0, event);
  }

  every(intervalUs: number, run: () => void): void {
    this.after(intervalUs, () => {
      run();
      this.every(intervalUs, run);
    });
  }

  advance(us: number): void {
    const untilUs = this.nowUs + us;
    for (let event = this.#events[0]; event && event.atUs <= untilUs; event = this.#events[0]) {
      this.#events.shift();
      this.nowUs = event.atUs;
      event.run();
    }
    this.nowUs = untilUs;
  }
}

/** mulberry32: reproducible numbers from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
