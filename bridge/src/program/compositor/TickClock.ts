export interface Tick {
  /** When it plays, on the monotonic clock, ms. */
  dueMs: number;
  /** Its delay behind that time, ms. */
  behindMs: number;
}

export interface ClockOptions {
  periodMs: number;
  /** Monotonic, ms. */
  now: () => number;
  onTick: (tick: Tick) => void;
  /** The clock stood still for so long that this many ticks are not made up. */
  onLeap: (ticks: number) => void;
}

/** A machine that stood still for longer than this has nothing to make up: its program goes on from now. */
const MAX_BEHIND_MS = 60_000;
/** The event loop reads 32 datagrams from a socket before it does anything else: what nine people send in this time. */
const READ_MS = 20;
/** Timers have whole milliseconds: a tick due within one runs now rather than a millisecond late. */
const EARLY_MS = 1;

/**
 * Tick n is due at t0 + n x period on the monotonic clock, and every tick is made: a late one at once, however late it is, so that the program's time is the
 * clock's. Errors thrown by `onTick` escape through the timer and end the thread.
 */
export class TickClock {
  readonly #options: ClockOptions;
  #startMs = 0;
  #next = 0;
  #late = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** Ticks that ran more than one period late. */
  get lateTicks(): number {
    return this.#late;
  }

  /** The first tick is due now, or at `startMs`. */
  start(startMs = this.#options.now()): void {
    this.#startMs = startMs;
    this.#wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #wake(): void {
    const behindMs = this.#options.now() - this.#dueMs;
    if (behindMs > this.#options.periodMs) this.#runAfter(Math.ceil(Math.min(behindMs, MAX_BEHIND_MS) / READ_MS));
    else this.#run();
  }

  /** The packets of late ticks still wait in the sockets: each turn of the event loop reads some of them. */
  #runAfter(turns: number): void {
    this.#immediate = setImmediate(() => (turns > 1 ? this.#runAfter(turns - 1) : this.#run()));
  }

  #run(): void {
    const { now, onTick, onLeap, periodMs } = this.#options;
    const tooOld = Math.floor((now() - this.#dueMs - MAX_BEHIND_MS) / periodMs);
    if (tooOld > 0) {
      this.#next += tooOld;
      onLeap(tooOld);
    }
    for (let behindMs = now() - this.#dueMs; behindMs >= -EARLY_MS; behindMs = now() - this.#dueMs) {
      const dueMs = this.#dueMs;
      this.#next++;
      if (behindMs > periodMs) this.#late++;
      onTick({ dueMs, behindMs });
    }
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(this.#dueMs - now()));
  }

  get #dueMs(): number {
    return this.#startMs + this.#next * this.#options.periodMs;
  }
}
