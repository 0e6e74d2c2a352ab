import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { backoffMs, delay, StallWatch, type AliveMessage, type Log, type Stall } from '@lianmai/kit';

export interface SupervisedProcessOptions {
  name: string;
  /** Starts it in a process group of its own. */
  spawn: () => ChildProcess;
  /** Called after each end. Returns whether to start it again; default: always. */
  onEnded?: (outcome: Outcome) => boolean;
  /** It is killed when its main thread gives no sign of life for this long, ms. Until its first one it has 15 s. */
  stallMs: number;
  /** Asks it to end; default: SIGTERM. */
  askToEnd?: (child: ChildProcess) => void;
  /** How long it may take to end once it has been asked, ms. */
  endPatienceMs: number;
  log: () => Log | null;
}

export interface Outcome {
  code: number | null;
  /** The signal, the exit code, or why it could not be started. */
  text: string;
}

/** It ran this long: what it died of now is new, and it starts again at once. */
const STEADY_MS = 10_000;
const START_STALL_MS = 15_000;
const BACKOFF = { firstMs: 250, maxMs: 15_000 };

/** Keeps one process running until it is ended. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #child: ChildProcess | null = null;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
    this.#running = this.#supervise();
  }

  /** null while it is being started again. */
  get child(): ChildProcess | null {
    return this.#child;
  }

  /** Resolves when it has ended and is not started again. */
  get ended(): Promise<void> {
    return this.#running;
  }

  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Asks it to end, then insists; resolves when it and its children have gone. */
  async end(reason: string): Promise<void> {
    this.#abort.abort(new Error(reason));
    const child = this.#child;
    if (child) {
      const { askToEnd = (running: ChildProcess) => running.kill('SIGTERM'), endPatienceMs } = this.#options;
      askToEnd(child);
      const insisting = setTimeout(() => killGroup(child), endPatienceMs);
      await this.#running;
      clearTimeout(insisting);
    }
    await this.#running;
  }

  /** Kills it with its children, without a wait. */
  kill(): void {
    if (this.#child) killGroup(this.#child);
  }

  async #supervise(): Promise<void> {
    const { name, onEnded = () => true, log } = this.#options;
    for (let attempt = 0; !this.#abort.signal.aborted; attempt += 1) {
      const startedAtMs = performance.now();
      const outcome = await this.#runOnce();
      const goesOn = onEnded(outcome);
      if (this.#abort.signal.aborted || !goesOn) return;
      if (performance.now() - startedAtMs > STEADY_MS) attempt = 0;
      const waitMs = attempt === 0 ? 0 : backoffMs(BACKOFF, attempt - 1);
      log()?.error({ process: name, outcome: outcome.text, waitMs }, `the ${name} process ended; starting it again`);
      await delay(waitMs, this.#abort.signal).catch(() => undefined);
    }
  }

  async #runOnce(): Promise<Outcome> {
    const child = this.#options.spawn();
    this.#child = child;
    child.on('error', () => undefined); // of the channel; a failed start rejects below
    const watch = this.#watch(child);
    const outcome = await outcomeOf(child);
    watch.close();
    this.#child = null;
    killGroup(child);
    return outcome;
  }

  #watch(child: ChildProcess): StallWatch {
    const { name, stallMs: limitMs, log } = this.#options;
    const onStalled = (stall: Stall) => {
      log()?.error({ process: name, ...stall }, `the ${name} process is frozen; killing it`);
      killGroup(child);
    };
    const task = child.pid === undefined ? null : { pid: child.pid, tid: child.pid };
    const watch = new StallWatch({ task, limitMs: Math.max(limitMs, START_STALL_MS), onStalled });
    child.on('message', ({ kind }: AliveMessage | { kind: string }) => {
      if (kind !== 'alive') return;
      watch.limitMs = limitMs;
      watch.alive();
    });
    return watch;
  }
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return { code, text: signal ?? `exit code ${String(code)}` };
  } catch (error) {
    return { code: null, text: error instanceof Error ? error.message : String(error) };
  }
}

/** The process and the children that it may have left behind. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody left
  }
}
