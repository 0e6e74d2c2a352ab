import { clockMs } from './clockMs.js';

const EVERY_MS = 50;
/** A timer that comes later than this has been kept waiting by its own process. */
const LATE_MS = 200;

/** The times in which a process stood still itself, so that it noted nothing of what others did. Told by a timer that comes late. */
export class OwnStalls {
  readonly #nowMs: () => number;
  readonly #stalls: { fromMs: number; toMs: number }[] = [];
  #lookedAtMs: number;

  constructor(nowMs: () => number = clockMs) {
    this.#nowMs = nowMs;
    this.#lookedAtMs = nowMs();
    setInterval(() => this.#look(), EVERY_MS).unref();
  }

  /** How much of the time between two times this process stood still. */
  withinMs(fromMs: number, toMs: number): number {
    this.#look();
    return this.#stalls.reduce((sum, stall) => sum + Math.max(0, Math.min(toMs, stall.toMs) - Math.max(fromMs, stall.fromMs)), 0);
  }

  #look(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedAtMs > EVERY_MS + LATE_MS) this.#stalls.push({ fromMs: this.#lookedAtMs + EVERY_MS, toMs: nowMs });
    this.#lookedAtMs = nowMs;
  }
}

/** Those of this process. */
export const ownStalls = new OwnStalls();
