import { CrashWindow, type Closable, type Log } from '@lianmai/kit';
import { FPS, LianmaiError, toLianmaiError, type RtpTrack, type SourceId } from '@lianmai/protocol';
import type { RenderedScene } from './compositor/index.js';
import type { MediaTag } from '../hub/stream/index.js';
import type { ThreadJob } from './programThreadMessages.js';
import { ProgramThread, type ThreadEvents } from './ProgramThread.js';
import type { ProgramThreadPool } from './ProgramThreadPool.js';

export interface ProgramEngineHostOptions {
  threadPool: ProgramThreadPool;
  job: Omit<ThreadJob, 'firstFrame' | 'originMs'>;
  log: Log;
  /** `onFailed` means the program is over. */
  events: Omit<ThreadEvents, 'onCrashed' | 'onBegun'>;
  /** Gives up a start that is under way, of the first thread or of a replacement. */
  signal: AbortSignal;
}

/** A thread that has crashed this often within a minute is not started again. */
const CRASH_LIMIT = { maxCrashes: 3, windowMs: 60_000 };

/**
 * Runs a program's engine in a thread and replaces the thread when it crashes: same tracks, same scene, same port, continuing with the next frame at its own
 * time. Readers of the stream see a freeze.
 */
export class ProgramEngineHost implements Closable {
  readonly #options: ProgramEngineHostOptions;
  readonly #tracks = new Map<string, RtpTrack>();
  #rtp: { ip: string; port: number };
  #thread: ProgramThread | null = null;
  #starting: Promise<unknown>;
  #onAir: { scene: RenderedScene; sources: SourceId[] } | null = null;
  #nextFrame = 0;
  #originMs: number | null = null;
  readonly #crashes = new CrashWindow(CRASH_LIMIT);
  #closing: Promise<void> | undefined;

  private constructor(options: ProgramEngineHostOptions) {
    this.#options = options;
    this.#rtp = options.job.rtp;
    this.#starting = this.#startThread();
  }

  static async start(options: ProgramEngineHostOptions): Promise<ProgramEngineHost> {
    const host = new ProgramEngineHost(options);
    await host.#starting;
    return host;
  }

  /** Where tracks are received. */
  get rtp(): { ip: string; port: number } {
    return this.#rtp;
  }

  /** Applies with the next tick, or with the first tick of a replacement thread. Returns when the scene becomes visible, on the program's timeline. */
  async setScene(scene: RenderedScene, sources: SourceId[]): Promise<number> {
    this.#onAir = { scene, sources };
    await this.#starting;
    if (!this.#thread) throw new LianmaiError('WRONG_STATE');
    return this.#thread.setScene(scene, sources);
  }

  /** Replaces a track of the same source and kind. */
  attachTrack(track: RtpTrack): void {
    for (const { trackId, sourceId, kind } of this.#tracks.values()) {
      if (sourceId === track.sourceId && kind === track.kind) this.#tracks.delete(trackId);
    }
    this.#tracks.set(track.trackId, track);
    this.#thread?.attachTrack(track);
  }

  detachTrack(trackId: string): void {
    this.#tracks.delete(trackId);
    this.#thread?.detachTrack(trackId);
  }

  /** Resolves when the last encoded frame has been delivered. */
  close(reason: string): Promise<void> {
    this.#closing ??= this.#starting.catch(() => undefined).then(() => this.#thread?.close(reason));
    return this.#closing;
  }

  async #startThread(): Promise<void> {
    const { threadPool, job, events, signal } = this.#options;
    const { thread, rtp } = await ProgramThread.start(threadPool.take(), {
      job: { ...job, rtp: this.#rtp, firstFrame: this.#nextFrame, originMs: this.#originMs },
      events: {
        ...events,
        onTags: (tags) => this.#deliver(tags),
        onBegun: (originMs) => {
          this.#originMs = originMs;
        },
        onCrashed: (error) => {
          this.#starting = this.#replaceThread(error);
        },
      },
      signal,
    });
    this.#thread = thread;
    this.#rtp = rtp;
    for (const track of this.#tracks.values()) thread.attachTrack(track);
    if (this.#onAir) await thread.setScene(this.#onAir.scene, this.#onAir.sources);
  }

  async #replaceThread(error: Error): Promise<void> {
    const { log, events } = this.#options;
    log.error({ err: error }, 'the program thread crashed; starting another');
    this.#thread = null;
    const isHopeless = this.#crashes.add();
    if (this.#closing) return;
    try {
      if (isHopeless) throw new LianmaiError('INTERNAL', undefined, { cause: error });
      await this.#startThread();
    } catch (reason) {
      if (!this.#options.signal.aborted) events.onFailed(toLianmaiError(reason));
    }
  }

  /** Sound may be ahead of the picture, when pictures are left out. */
  #deliver(tags: MediaTag[]): void {
    for (const { kind, isConfig, dtsMs } of tags)
      if (kind !== 'data' && !isConfig) this.#nextFrame = Math.max(this.#nextFrame, Math.round((dtsMs * FPS) / 1000) + 1);
    this.#options.events.onTags(tags);
  }
}
