import type { Worker } from 'node:worker_threads';
import { delay, fairTimeout, StallWatch, type Closable, type Stall } from '@lianmai/kit';
import { LianmaiError, type Levels, type RtpTrack, type SourceId } from '@lianmai/protocol';
import type { RenderedScene } from './compositor/index.js';
import { decodeTags, type MediaTag } from '../hub/stream/index.js';
import type { FromThread, ThreadJob, ThreadStats, ToThread } from './programThreadMessages.js';

export interface ThreadEvents {
  onTags: (tags: MediaTag[]) => void;
  onLevels: (levels: Levels) => void;
  onStats: (stats: ThreadStats) => void;
  onKeyFrameNeeded: (trackId: string) => void;
  /** The program's timeline runs: its time 0 is at `originMs` on the monotonic clock. */
  onBegun: (originMs: number) => void;
  /** The engine cannot go on, and restarting it would not help. */
  onFailed: (error: LianmaiError) => void;
  /** The thread ended although nobody closed it. */
  onCrashed: (error: Error) => void;
}

const START_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 8000;
/** See StallWatch. A garbage collection may take a few hundred ms. */
const STALL_MS = 2000;

/** The main thread's handle on a program's thread. */
export class ProgramThread implements Closable {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #sceneRequests = new Map<number, { resolve: (ptsMs: number) => void; reject: (error: unknown) => void }>();
  readonly #gone = new AbortController();
  readonly #stallWatch: StallWatch;
  readonly #ready: Promise<{ ip: string; port: number }>;
  #onReady: (rtp: { ip: string; port: number }) => void = () => undefined;
  #nextRequestId = 0;
  #error: Error = new Error('the thread ended');
  #closing: Promise<void> | undefined;
  #onClosed: () => void = () => undefined;
  #isReady = false;

  private constructor(worker: Worker, job: ThreadJob, events: ThreadEvents) {
    this.#events = events;
    this.#worker = worker;
    this.#ready = new Promise((resolve) => (this.#onReady = resolve));
    this.#stallWatch = new StallWatch({ task: null, limitMs: STALL_MS, onStalled: (stall) => this.#kill(stall) });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error: Error) => (this.#error = error));
    this.#worker.on('exit', () => this.#end());
    this.#worker.ref();
    this.#post({ kind: 'start', job });
  }

  /**
   * Gives an idle thread its job. Resolves when the thread receives RTP and its encoder has been started. Otherwise, and when the signal is aborted first,
   * rejects after thread and encoder have ended.
   */
  static async start(
    worker: Worker,
    { job, events, signal }: { job: ThreadJob; events: ThreadEvents; signal: AbortSignal },
  ): Promise<{ thread: ProgramThread; rtp: { ip: string; port: number } }> {
    const thread = new ProgramThread(worker, job, events);
    const limit = fairTimeout(START_TIMEOUT_MS);
    limit.signal.addEventListener('abort', () => thread.#gone.abort(new LianmaiError('TIMEOUT')));
    try {
      const rtp = await Promise.race([thread.#ready, rejectedBy(AbortSignal.any([thread.#gone.signal, signal]))]);
      thread.#isReady = true;
      return { thread, rtp };
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    } finally {
      limit.end();
    }
  }

  /** Returns when the scene becomes visible, on the program's timeline, ms. */
  setScene(scene: RenderedScene, sources: SourceId[]): Promise<number> {
    const requestId = this.#nextRequestId++;
    if (this.#gone.signal.aborted) return Promise.reject(this.#lost());
    this.#post({ kind: 'setScene', requestId, scene, sources });
    return new Promise((resolve, reject) => this.#sceneRequests.set(requestId, { resolve, reject }));
  }

  attachTrack(track: RtpTrack): void {
    this.#post({ kind: 'attachTrack', track });
  }

  detachTrack(trackId: string): void {
    this.#post({ kind: 'detachTrack', trackId });
  }

  /** Resolves when the last encoded frame has been delivered and all processes are gone. */
  close(reason: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: string): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.#onClosed = resolve));
    this.#post({ kind: 'close', reason });
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, this.#gone.signal).catch(() => undefined)]);
    await this.#worker.terminate();
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    this.#stallWatch.alive();
    if (message instanceof ArrayBuffer) {
      this.#events.onTags(decodeTags(message));
      return;
    }
    switch (message.kind) {
      case 'loaded':
        break;
      case 'ready':
        this.#stallWatch.watch({ pid: process.pid, tid: message.tid });
        this.#onReady(message.rtp);
        break;
      case 'alive':
        break;
      case 'sceneSet':
        this.#sceneRequests.get(message.requestId)?.resolve(message.ptsMs);
        this.#sceneRequests.delete(message.requestId);
        break;
      case 'keyFrameNeeded':
        this.#events.onKeyFrameNeeded(message.trackId);
        break;
      case 'begun':
        this.#events.onBegun(message.originMs);
        break;
      case 'levels':
        this.#events.onLevels(message.levels);
        break;
      case 'stats':
        this.#events.onStats(message.stats);
        break;
      case 'failed':
        this.#fail(LianmaiError.fromWire(message.error), message.cause);
        break;
      case 'closed':
        this.#onClosed();
    }
  }

  /** A failure before the thread is ready rejects `start`. */
  #fail(error: LianmaiError, cause: string): void {
    const told = new LianmaiError(error.code, error.details, { message: error.message, cause });
    if (this.#isReady) this.#events.onFailed(told);
    else this.#gone.abort(told);
  }

  /** A thread that never returns from its own code can still be ended; that counts as a crash. */
  #kill({ kind, stalledMs }: Stall): void {
    this.#error = new Error(`the thread gave no sign of life for ${Math.round(stalledMs)} ms (${kind})`);
    void this.#worker.terminate();
  }

  #end(): void {
    this.#stallWatch.close();
    this.#gone.abort(this.#error);
    for (const { reject } of this.#sceneRequests.values()) reject(this.#lost());
    this.#sceneRequests.clear();
    if (this.#isReady && !this.#closing) this.#events.onCrashed(this.#error);
  }
  #lost(): LianmaiError {
    return new LianmaiError('INTERNAL', undefined, { cause: this.#error });
  }
}

/** Rejects with the reason of `signal` once that aborts. */
const rejectedBy = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
