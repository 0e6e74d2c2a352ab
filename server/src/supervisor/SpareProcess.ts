import type { ChildProcess } from 'node:child_process';

export interface SpareProcessOptions {
  /** Starts a process that loads everything and then waits for its first message. It ends with its channel to us. */
  spawn: () => ChildProcess;
  /** The wait of `fillSoon`, ms. */
  refillMs: number;
  /** It has loaded everything. */
  onPrepared: (pid: number | undefined) => void;
}

/** A spare that dies while it waits was perhaps one process too many for the machine. */
const RETRY_MS = 60_000;

/** Keeps one process ready for the moment when another in its role has died. */
export class SpareProcess {
  readonly #options: SpareProcessOptions;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;
  readonly #onExit = () => {
    this.#child = null;
    this.#fillAfter(RETRY_MS);
  };

  constructor(options: SpareProcessOptions) {
    this.#options = options;
  }

  /** Whether there is to be one; it takes memory. */
  set isWanted(isWanted: boolean) {
    this.#isWanted = isWanted;
    if (!isWanted) this.close();
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** The spare; without one, a process that still has everything to load. */
  take(): ChildProcess {
    clearTimeout(this.#timer);
    const spare = this.#child;
    this.#child = null;
    if (!spare?.connected) return this.#options.spawn();
    return spare.off('exit', this.#onExit);
  }

  /** Call it when the process that was taken has started its work, so that the two do not compete. */
  fillSoon(): void {
    this.#fillAfter(this.#options.refillMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#child?.off('exit', this.#onExit).kill('SIGKILL');
    this.#child = null;
  }

  #fillAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isWanted) this.#timer = setTimeout(() => this.#fill(), ms).unref();
  }

  #fill(): void {
    if (this.#child) return;
    const child = this.#options.spawn();
    this.#child = child;
    child.on('error', () => undefined).once('exit', this.#onExit);
    child.on(
      'message',
      ({ kind }: { kind: string }) => kind === 'prepared' && this.#child === child && this.#options.onPrepared(child.pid),
    );
  }
}
