export interface ClockOptions {
  periodMs: number;
  /** Monotonic, ms. */
  now: () => number;
  /** Produces the tick that plays at `dueMs`. */
  onTick: (dueMs: number) => void;
  /** Called for a tick that is skipped because the machine is too slow. */
  onSkip: () => void;
  /** True while the output of earlier ticks is not consumed fast enough. */
  isBacklogged: () => boolean;
}

/** Further behind than this, ticks are skipped instead of made up: half a second at 30 fps. */
export const MAX_BEHIND_TICKS = 15;
/** Timers have whole milliseconds: a tick due within one runs now rather than a millisecond late. */
const EARLY_MS = 1;

/**
 * Tick n is due at t0 + n x period on the monotonic clock. A late tick is made up at once. Too far behind, or with a backlog, ticks are skipped so that the
 * program never lags behind the people in it. Errors thrown by `onTick` escape through the timer and end the thread.
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

  /** Ticks that ran more than one period late. */
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
