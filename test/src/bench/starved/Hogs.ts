import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { CpuGroup, cpuSeconds, HEAVIEST } from '../../support/index.js';

/**
 * Other work that never rests. The product gets one core and shares it with a busy process, each in a scheduling group of its own, as two services on a real
 * machine are: the kernel gives either of them half, in slices of some milliseconds. A quota would stop the product for most of each period instead. Other
 * cores stay free for the people who send and the player that judges.
 */
export class Hogs {
  readonly #core = availableParallelism() - 1;
  readonly #all: CpuGroup;
  readonly #product: CpuGroup;
  readonly #hogs: CpuGroup;
  readonly #outside: CpuGroup;
  #hog: ChildProcess | null = null;

  constructor() {
    // The rest of the machine counts for little beside the two groups.
    this.#all = new CpuGroup(`lianmai-starved-${process.pid}`, { weight: HEAVIEST });
    this.#product = new CpuGroup('product', { parent: this.#all });
    this.#hogs = new CpuGroup('hogs', { parent: this.#all });
    this.#outside = new CpuGroup('outside', { parent: this.#all, weight: 8 });
  }

  /** Gives the product its core, before it has started other processes. */
  confine(pid: number): void {
    this.#product.add(pid);
    execFileSync('taskset', ['-a', '-c', '-p', String(this.#core), String(pid)]);
  }

  /** Keeps what is not measured from starving: this process and those that it starts. */
  favour(pid: number): void {
    this.#outside.add(pid);
  }

  start(): void {
    const hog = spawn('taskset', ['-c', String(this.#core), process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' });
    this.#hog = hog;
    if (hog.pid !== undefined) this.#hogs.add(hog.pid);
  }

  /** CPU time that the other work has got, s. */
  get seconds(): number {
    return this.#hog?.pid === undefined ? 0 : cpuSeconds(this.#hog.pid);
  }

  async stop(): Promise<void> {
    const hog = this.#hog;
    if (hog) {
      const gone = new Promise((resolve) => hog.once('exit', resolve));
      hog.kill('SIGKILL');
      await gone;
    }
    for (const group of [this.#product, this.#hogs, this.#outside, this.#all]) group.remove();
  }
}
