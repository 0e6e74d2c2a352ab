import type { OutputStats } from './outputContract.js';

/** A destination that takes nothing for this long, though something waits for it, is said to be stalled, and later given up. */
export const STALL = { tellMs: 3000, giveUpMs: 8000 };
/** A look that comes later counts as this: the destination may not be the one that stood still. */
const MAX_LOOK_MS = 2000;

/** Notices a peer that has silently stopped taking what it is sent. */
export class StallDetector {
  readonly #taken = new Standstill();
  readonly #read = new Standstill();

  /** Returns how long the peer has taken nothing although something waits for it, ms. To be called about once a second. */
  standstillMs({ bytesSent, queuedBytes, receipts }: OutputStats, nowMs: number): number {
    const takenMs = this.#taken.look(bytesSent, queuedBytes > 0, nowMs);
    return receipts ? Math.max(takenMs, this.#read.look(receipts.count, receipts.overdueBytes > 0, nowMs)) : takenMs;
  }
}

/** For how long a counter has stood still while it should have moved. */
class Standstill {
  #counter = -1;
  #ms = 0;
  #lookedAtMs = -Infinity;

  look(counter: number, shouldMove: boolean, nowMs: number): number {
    this.#ms = counter === this.#counter && shouldMove ? this.#ms + Math.min(nowMs - this.#lookedAtMs, MAX_LOOK_MS) : 0;
    this.#counter = counter;
    this.#lookedAtMs = nowMs;
    return this.#ms;
  }
}
