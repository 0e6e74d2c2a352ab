import { backoffMs, delay, Scope, type Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { createWorker, type types } from 'mediasoup';

/** Something on a worker that weighs on it. */
export interface WorkerLoad {
  readonly load: number;
}

/** One living worker process with its port. After a death its place is taken by another PooledWorker with the same index and port. */
export interface PooledWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  /** Routers on it: their owners add and remove them. */
  readonly loads: Set<WorkerLoad>;
}

export interface WorkerPoolOptions {
  workers: number;
  /** 0: any free port. */
  rtcPort: number;
  listenIp: string;
  announcedAddress: string;
  log: Log;
}

/** A worker that lived this long died of something new: it is replaced at once. One that dies sooner waits, longer each time. */
const STEADY_MS = 10_000;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };
/** Somebody who needs a worker while none lives waits this long for a replacement. */
const PATIENCE_MS = 5000;
const CLOSE_PATIENCE_MS = 2000;

/** Keeps a mediasoup worker alive on each of its ports. Routers learn of a death from mediasoup (`workerclose`); the pool only sees to the replacement. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #scope = new Scope();
  readonly #live = new Map<number, PooledWorker>();
  readonly #waiting = new Set<() => void>();
  #restarts = 0;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    // Each worker listens for SIGINT and SIGTERM; eleven of them are no leak.
    process.setMaxListeners(Math.max(process.getMaxListeners(), options.workers + 10));
    try {
      await Promise.all(Array.from({ length: options.workers }, (_, index) => pool.#spawn(index, 0)));
    } catch (error) {
      await pool.close('a worker could not be started');
      throw error;
    }
    return pool;
  }

  get size(): number {
    return this.#live.size;
  }

  get pids(): number[] {
    return [...this.#live.values()].map(({ worker }) => worker.pid);
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** The worker with the least on it, of those that are not excluded. */
  leastLoaded(excluded: ReadonlySet<number> = new Set()): PooledWorker | null {
    // mediasoup closes its workers by itself when this process is told to end: such a worker takes nothing new.
    const candidates = [...this.#live.values()].filter(({ index, worker }) => !worker.closed && !excluded.has(index));
    return candidates.reduce<PooledWorker | null>((best, one) => (best && loadOf(best) <= loadOf(one) ? best : one), null);
  }

  /** Resolves when a worker lives. */
  async ready(): Promise<void> {
    if (this.#live.size > 0) return;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(done);
        reject(new LianmaiError('TIMEOUT', undefined, { message: 'No media worker is running. Try again.' }));
      }, PATIENCE_MS);
      this.#waiting.add(done);
    });
    if (this.#scope.isClosed) throw new LianmaiError('SHUTTING_DOWN');
  }

  async close(reason: string): Promise<void> {
    const workers = [...this.#live.values()].map(({ worker }) => worker);
    this.#live.clear();
    const closing = this.#scope.close(reason);
    for (const wake of [...this.#waiting]) wake();
    await Promise.all([closing, ...workers.map(endWorker)]);
  }

  async #spawn(index: number, attempt: number): Promise<void> {
    const worker = await createWorker({ logLevel: 'warn' });
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: this.#listenInfos(index) });
      if (this.#scope.isClosed) throw new LianmaiError('SHUTTING_DOWN');
      this.#live.set(index, { index, worker, webRtcServer, loads: new Set() });
    } catch (error) {
      worker.close();
      throw this.#asListenError(error, index);
    }
    const startedAtMs = Date.now();
    worker.once('died', (error) => {
      if (this.#scope.isClosed) return;
      this.#live.delete(index);
      this.#restarts += 1;
      const isSteady = Date.now() - startedAtMs > STEADY_MS;
      this.#options.log.error({ worker: index, pid: worker.pid, err: error }, 'media worker died; replacing it');
      void this.#respawn(index, isSteady ? 0 : attempt + 1);
    });
    for (const wake of [...this.#waiting]) wake();
  }

  /** The first replacement is immediate: people wait for their call. */
  async #respawn(index: number, attempt: number): Promise<void> {
    try {
      if (attempt > 1) await delay(backoffMs(BACKOFF, attempt - 2), this.#scope.signal);
      await this.#spawn(index, attempt);
      this.#options.log.info({ worker: index }, 'media worker replaced');
    } catch (error) {
      if (this.#scope.isClosed) return;
      this.#options.log.error({ worker: index, err: error }, 'media worker could not be replaced; trying again');
      await this.#respawn(index, Math.max(2, attempt + 1));
    }
  }

  #listenInfos(index: number): types.TransportListenInfo[] {
    const { listenIp, announcedAddress, rtcPort } = this.#options;
    const at = { ip: listenIp, announcedAddress, ...(rtcPort > 0 && { port: rtcPort + index }) };
    return [
      { protocol: 'udp', ...at },
      { protocol: 'tcp', ...at },
    ];
  }

  #asListenError(error: unknown, index: number): unknown {
    if (error instanceof LianmaiError || this.#options.rtcPort === 0) return error;
    const where = `${this.#options.listenIp}:${this.#options.rtcPort + index} (UDP and TCP)`;
    return new Error(`The media port ${where} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const loadOf = ({ loads }: PooledWorker): number => [...loads].reduce((sum, { load }) => sum + load, 0);

async function endWorker(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => insist(worker.pid), CLOSE_PATIENCE_MS);
    worker.once('subprocessclose', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.close();
  });
}

function insist(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended in this very moment
  }
}
