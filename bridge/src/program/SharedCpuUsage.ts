import { nowMs } from '../runtime/index.js';

const WINDOW_MS = 900;

/**
 * CPU that this process uses outside the programs' own threads: main thread, garbage collection, libuv. Each program is charged an equal share, so the sum
 * over all programs is what the process really used.
 */
export class SharedCpuUsage {
  readonly #threads = new Map<string, number>();
  #lastMs = nowMs();
  #lastCpu = process.cpuUsage();
  #cores = 0;

  /** Returns the CPU cores this program uses in this process, given what its own thread used. */
  charge(programId: string, threadCores: number): number {
    this.#threads.set(programId, threadCores);
    this.#sample();
    const ofThreads = [...this.#threads.values()].reduce((sum, cores) => sum + cores, 0);
    return threadCores + Math.max(0, this.#cores - ofThreads) / this.#threads.size;
  }

  forget(programId: string): void {
    this.#threads.delete(programId);
  }

  #sample(): void {
    const now = nowMs();
    if (now - this.#lastMs < WINDOW_MS) return;
    const { user, system } = process.cpuUsage(this.#lastCpu);
    this.#cores = (user + system) / 1000 / (now - this.#lastMs);
    this.#lastMs = now;
    this.#lastCpu = process.cpuUsage();
  }
}
