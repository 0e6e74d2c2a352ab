import { backoffMs, delay, Scope, StallWatch, type Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { createWorker, type types } from 'mediasoup';

/** A load on a worker. */
export interface WorkerLoad {
  readonly load: number;
}

/** A running worker process and its port. After a crash, a new PooledWorker with the same index and port takes its place. */
export interface PooledWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  /** Routers on this worker; their owners add and remove them. */
  readonly loads: Set<WorkerLoad>;
}

export interface WorkerPoolOptions {
  workers: number;
  /** 0 for any free port. */
  rtcPort: number;
  listenIp: string;
  announcedAddress: string;
  log: Log;
}

/** A worker that ran this long is replaced at once. Earlier crashes are retried with growing delays. */
const STEADY_MS = 10_000;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };
/** Longest wait for a replacement while no worker is running. */
const PATIENCE_MS = 5000;
const CLOSE_PATIENCE_MS = 2000;
/** A worker is asked for a sign of life this often, and killed when an answer takes longer than the limit (see StallWatch): replaced within 2 s. */
const PING_MS = 300;
const STALL_MS = 1200;

/**
 * Keeps a mediasoup worker running on each port, and kills one that hangs. mediasoup reports crashes to routers (`workerclose`); the pool only replaces the
 * worker.
 */
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
    // Each worker listens for SIGINT and SIGTERM, so more than ten listeners are not a leak.
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

  /** Returns the least loaded worker that is not excluded, or null. */
  leastLoaded(excluded: ReadonlySet<number> = new Set()): PooledWorker | null {
    // When this process is told to end, mediasoup closes its workers by itself; closed ones take no more load.
    const candidates = [...this.#live.values()].filter(({ index, worker }) => !worker.closed && !excluded.has(index));
    return candidates.reduce<PooledWorker | null>((best, one) => (best && loadOf(best) <= loadOf(one) ? best : one), null);
  }

  /** Resolves once a worker is running. */
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
    this.#watchForStalls(index, worker);
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: this.#listenInfos(index) });
      if (this.#scope.isClosed) throw new LianmaiError('SHUTTING_DOWN');
      this.#live.set(index, { index, worker, webRtcServer, loads: new Set() });
    } catch (error) {
      worker.close();
      throw this.#asListenError(error, index);
    }
    const startedAtMs = performance.now();
    worker.once('died', (error) => {
      if (this.#scope.isClosed) return;
      this.#live.delete(index);
      this.#restarts += 1;
      const isSteady = performance.now() - startedAtMs > STEADY_MS;
      this.#options.log.error({ worker: index, pid: worker.pid, err: error }, 'media worker died; replacing it');
      void this.#respawn(index, isSteady ? 0 : attempt + 1);
    });
    for (const wake of [...this.#waiting]) wake();
  }

  #watchForStalls(index: number, worker: types.Worker): void {
    const { log } = this.#options;
    let isAsked = false;
    const watch = new StallWatch({
      task: { pid: worker.pid },
      limitMs: STALL_MS,
      isDue: () => isAsked,
      onStalled: (stall) => {
        log.error({ worker: index, pid: worker.pid, ...stall }, 'media worker hangs; killing it');
        kill(worker.pid);
      },
    });
    const ping = async () => {
      if (isAsked) return;
      isAsked = true;
      await worker.getResourceUsage();
      isAsked = false;
      watch.alive();
    };
    const timer = setInterval(() => void ping().catch(() => undefined), PING_MS);
    timer.unref();
    worker.observer.once('close', () => {
      clearInterval(timer);
      watch.close();
    });
  }

  /** The first replacement starts at once, since calls are interrupted. */
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
    return new Error(
      `The media port ${where} cannot be opened (${error instanceof Error ? error.message : String(error)}). Choose another one with RTC_PORT.`,
      {
        cause: error,
      },
    );
  }
}

const loadOf = ({ loads }: PooledWorker): number => [...loads].reduce((sum, { load }) => sum + load, 0);

async function endWorker(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => kill(worker.pid), CLOSE_PATIENCE_MS);
    worker.once('subprocessclose', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.close();
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
