export interface ClockOptions {
  periodMs: number;
  /** Monotonic, ms. */
  now: () => number;
  /** Makes the tick that plays at `dueMs`. */
  onTick: (dueMs: number) => void;
  /** A tick that is left out because the machine is too slow. */
  onSkip: () => void;
  /** True while what ticks produce is not taken away fast enough. */
  isBacklogged: () => boolean;
}

/** So far behind, ticks are left out instead of made up: half a second at 30 fps. */
export const MAX_BEHIND_TICKS = 15;
/** Timers are whole milliseconds: a tick that is due within one is made now rather than one late. */
const EARLY_MS = 1;

/**
 * Tick n is due at t0 + n x period on the monotonic clock. A late one is made up at once; too far behind, or with a backlog, ticks are left out, so that
 * the program never falls behind the people in it. Errors of `onTick` leave through the timer and end the thread.
 */
export class TickClock {
  readonly #options: ClockOptions;
  #startMs = 0;
  #next = 0;
  #late = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** Ticks that were made more than one period after they were due. */
  get lateTicks(): number {
    return this.#late;
  }

  start(): void {
    this.#startMs = this.#options.now();
    this.#wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wake(): void {
    while (this.#dueMs() <= this.#options.now() + EARLY_MS) this.#runNext();
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(this.#dueMs() - this.#options.now()));
  }

  #runNext(): void {
    const { now, periodMs, onTick, onSkip, isBacklogged } = this.#options;
    const dueMs = this.#dueMs();
    const behindMs = now() - dueMs;
    this.#next++;
    if (behindMs > MAX_BEHIND_TICKS * periodMs || isBacklogged()) return onSkip();
    if (behindMs > periodMs) this.#late++;
    onTick(dueMs);
  }

  #dueMs(): number {
    return this.#startMs + this.#next * this.#options.periodMs;
  }
}
