import type { Closable } from './Scope.js';
import { readVitals, type Task, type Vitals } from './vitals.js';

export interface StallWatchOptions {
  /** Null while there is none. */
  task: Task | null;
  /** Time without a sign of life that counts as a stall; only time in which the task could have given one is counted. */
  limitMs: number;
  /** False while no sign of life is due, because the task has nothing to do. Default: one is always due. */
  isDue?: () => boolean;
  onStalled: (stall: Stall) => void;
  /** For tests. */
  read?: (task: Task) => Vitals | null;
  nowMs?: () => number;
}

/** `stopped` by a signal, `asleep` for ever, or `busy` with a loop that never ends. */
export interface Stall {
  kind: 'stopped' | 'asleep' | 'busy';
  /** The time that was counted against the limit. */
  stalledMs: number;
}

const LOOKS_PER_LIMIT = 10;
const EVERY_MS = { min: 50, max: 250 };
/** A look that comes so late means that the whole machine was suspended, and everybody starts afresh. */
const SUSPENDED_MS = 5000;
/** Without /proc, starved and frozen look the same, so patience is all that is left. */
const BLIND_PATIENCE = 4;

/**
 * Tells a frozen process or thread from one that is only starved. Looks at it a few times a second and counts, since its last sign of life: the time it was
 * stopped or asleep, and the CPU it used while it was runnable. So a task that waits for a core is never accused, however long it waits, and an endless loop
 * is. A look that comes late counts once: whoever watches may have been starved or suspended too, and the sign of life may be waiting to be read.
 */
export class StallWatch implements Closable {
  /** May change while the task lives: what starts up is given more time. */
  limitMs: number;
  readonly #options: StallWatchOptions;
  readonly #nowMs: () => number;
  readonly #read: (task: Task) => Vitals | null;
  #task: Task | null;
  #timer: NodeJS.Timeout | undefined;
  #lookedAtMs: number;
  #cpuMs: number | null = null;
  #stalledMs = 0;
  #isAlive = true;

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.limitMs = options.limitMs;
    this.#task = options.task;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#read = options.read ?? readVitals;
    this.#lookedAtMs = this.#nowMs();
    this.#schedule();
  }

  /** A sign of life has come; cheap enough for every one of them. */
  alive(): void {
    this.#isAlive = true;
  }

  /** Watches another task from now on, for example the next process in the same role. */
  watch(task: Task | null): void {
    this.#task = task;
    this.alive();
  }

  close(_reason?: string): void {
    clearTimeout(this.#timer);
    this.#task = null;
  }

  get #everyMs(): number {
    return Math.min(EVERY_MS.max, Math.max(EVERY_MS.min, this.limitMs / LOOKS_PER_LIMIT));
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#schedule();
      this.#look();
    }, this.#everyMs);
    this.#timer.unref();
  }

  #look(): void {
    const nowMs = this.#nowMs();
    const sinceMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    const isForgiven = this.#isAlive || sinceMs > SUSPENDED_MS || this.#options.isDue?.() === false;
    this.#isAlive = false;
    if (isForgiven) this.#startAfresh();
    else if (this.#task) this.#count(this.#task, Math.min(sinceMs, this.#everyMs));
  }

  #startAfresh(): void {
    this.#stalledMs = 0;
    this.#cpuMs = null;
  }

  #count(task: Task, lookMs: number): void {
    const vitals = this.#read(task);
    // Its owner hears of an exit in another way.
    if (vitals?.state === 'gone') return this.#startAfresh();
    this.#stalledMs += vitals ? this.#stalledPart(vitals, lookMs) : lookMs / BLIND_PATIENCE;
    if (this.#stalledMs < this.limitMs) return;
    const stall: Stall = { kind: vitals?.state === 'runnable' ? 'busy' : (vitals?.state ?? 'asleep'), stalledMs: this.#stalledMs };
    this.#startAfresh();
    this.#options.onStalled(stall);
  }

  /** How much of the time since the last look speaks against the task. */
  #stalledPart({ state, cpuMs }: Vitals, lookMs: number): number {
    const usedMs = cpuMs - (this.#cpuMs ?? cpuMs);
    this.#cpuMs = cpuMs;
    return state === 'runnable' ? Math.min(usedMs, lookMs) : lookMs;
  }
}
