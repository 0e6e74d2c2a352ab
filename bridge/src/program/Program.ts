import { EventEmitter } from 'node:events';
import { Scope, type Log, type LogLevel } from '@lianmai/kit';
import {
  canvasOf,
  LianmaiError,
  toLianmaiError,
  type BridgeRequestData,
  type Degradation,
  type Levels,
  type OutputId,
  type OutputInfo,
  type OutputRequest,
  type ProgramId,
  type SceneState,
  type ProgramState,
  type ProgramStats,
  type RtpTrack,
} from '@lianmai/protocol';
import type { SpriteRenderer } from './compositor/overlays/index.js';
import type { RenderedScene } from './compositor/index.js';
import type { OutputKinds } from '../egress/index.js';
import type { Ffmpeg } from '../media/ffmpeg/index.js';
import type { OpenReader } from '../hub/renditions/index.js';
import type { MediaTag, Publisher, Stream, StreamHub } from '../hub/stream/index.js';
import type { AssetCache } from './AssetCache.js';
import { SceneRenderer } from './SceneRenderer.js';
import { ProgramEngineHost } from './ProgramEngineHost.js';
import type { ThreadStats } from './programThreadMessages.js';
import { ProgramOutputs } from './ProgramOutputs.js';
import type { SharedCpuUsage } from './SharedCpuUsage.js';
import type { ProgramThreadPool } from './ProgramThreadPool.js';

export type ProgramJob = BridgeRequestData<'startProgram'>;
export type Reason = { code: LianmaiError['code']; message: string };

export interface ProgramEvents {
  stateChanged: [state: ProgramState, reason: Reason | null];
  outputChanged: [output: OutputInfo];
  keyFrameNeeded: [trackId: string];
  statsMeasured: [stats: ProgramStats, degraded: Degradation | null];
  levelsMeasured: [levels: Levels];
  closed: [];
}

/** Common to all programs. */
export interface ProgramParts {
  hub: StreamHub;
  kinds: OutputKinds;
  /** How outputs read the program. */
  openReader: OpenReader;
  ffmpeg: Ffmpeg;
  spriteRenderer: SpriteRenderer;
  assets: AssetCache;
  cpuUsage: SharedCpuUsage;
  threadPool: ProgramThreadPool;
  /** Address on which RTP is received. */
  rtpIp: string;
  logLevel: LogLevel;
  log: Log;
}

/** How long outputs may take to deliver what they have queued when the program ends. */
const OUTPUTS_END_MS = 4000;

/**
 * A room's program on this bridge. Tracks and scenes go into its thread (sources → compositor → encoder); the encoded media is published as a stream of the
 * hub, and outputs read that. Its state only moves forward: starting → live → stopping → ended, or failed from anywhere.
 */
export class Program extends EventEmitter<ProgramEvents> {
  readonly id: ProgramId;
  readonly stream: Stream;
  readonly #job: ProgramJob;
  readonly #parts: ProgramParts;
  readonly #log: Log;
  readonly #scope = new Scope();
  readonly #publisher: Publisher;
  readonly #outputs: ProgramOutputs;
  readonly #sceneRenderer: SceneRenderer;
  /** Aborted when the program stops or fails, so that no start outlives it. */
  readonly #over = new AbortController();
  #engine: ProgramEngineHost | null = null;
  #engineStart: Promise<ProgramEngineHost> | undefined;
  #sceneState: SceneState;
  /** The scene as far as it has been painted. */
  #renderedScene: RenderedScene | null = null;
  #state: ProgramState = 'starting';
  #stopping: Promise<void> | undefined;

  private constructor(job: ProgramJob, parts: ProgramParts) {
    super();
    this.id = job.programId;
    this.#job = job;
    this.#parts = parts;
    this.#sceneState = job.sceneState;
    this.#log = parts.log.child({ program: job.programId });
    const { asStream: runsJobs, broadcastId } = job;
    const publisher = this.#scope.own(parts.hub.publish(job.stream, { resumes: false, runsJobs, broadcastId }));
    this.#publisher = publisher;
    this.stream = publisher.stream;
    const { kinds, openReader } = parts;
    const onChanged = (info: OutputInfo) => void this.emit('outputChanged', info);
    this.#outputs = this.#scope.own(new ProgramOutputs(this.stream, { kinds, openReader, log: this.#log, onChanged }));
    this.#sceneRenderer = new SceneRenderer({
      canvas: canvasOf(job.profile),
      spriteRenderer: parts.spriteRenderer,
      fetchAsset: (id) => parts.assets.get(id),
      log: this.#log,
    });
    this.#scope.defer(() => parts.cpuUsage.forget(this.id));
  }

  /** Resolves when tracks can be sent. Throws ENCODER_UNAVAILABLE, CONFLICT (the stream has a publisher), or what is wrong with an output. */
  static async start(job: ProgramJob, parts: ProgramParts, prepare: (program: Program) => void): Promise<Program> {
    const { encoder } = job.profile;
    if (!parts.ffmpeg.encoders.includes(encoder))
      throw new LianmaiError('ENCODER_UNAVAILABLE', { encoder, available: parts.ffmpeg.encoders });
    const program = new Program(job, parts);
    prepare(program);
    try {
      for (const { id, request } of job.outputs) program.#outputs.add(id, request);
      await program.#startEngine();
      return program;
    } catch (error) {
      if (!program.#stopping) {
        await program.#fail(error);
        throw error;
      }
      await program.#stopping;
      throw program.#over.signal.reason;
    }
  }

  get state(): ProgramState {
    return this.#state;
  }

  /** Where the SFU sends the tracks. */
  get rtp(): { ip: string; port: number } {
    return this.#engine?.rtp ?? { ip: this.#parts.rtpIp, port: 0 };
  }

  get outputs(): OutputInfo[] {
    return this.#outputs.infos;
  }

  /** Puts the whole scene on air with the next tick. Returns the time of that tick on the program's timeline. */
  async setScene(sceneState: SceneState): Promise<number> {
    this.#sceneState = sceneState;
    await this.#render(sceneState);
    if (this.#sceneState !== sceneState)
      throw new LianmaiError('CONFLICT', undefined, { message: 'A newer scene has been set in the meantime.' });
    return this.#putOnAir();
  }

  /** Replaces a track of the same source and kind without restarting the decoder. */
  attachTrack(track: RtpTrack): void {
    this.#running().attachTrack(track);
  }

  detachTrack(trackId: string): void {
    this.#running().detachTrack(trackId);
  }

  addOutput(id: OutputId, request: OutputRequest): OutputInfo {
    this.#assertOn();
    return this.#outputs.add(id, request);
  }

  removeOutput(id: OutputId): Promise<void> {
    return this.#outputs.remove(id);
  }

  retryOutput(id: OutputId): void {
    this.#outputs.retry(id);
  }

  /** Lets the encoder finish; its last frame reaches every output, and each output ends as its protocol requires. */
  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<void> {
    if (this.#isOver) return;
    this.#enter('stopping');
    await this.#endEngine(reason);
    await this.#publisher.close(reason);
    await this.#outputs.ended(OUTPUTS_END_MS);
    await this.#closeAll(reason);
    if (!this.#isOver) this.#enter('ended');
    this.emit('closed');
  }

  async #startEngine(): Promise<void> {
    const { ffmpeg, logLevel, rtpIp, threadPool } = this.#parts;
    const rendering = this.#render(this.#sceneState);
    this.#engineStart = ProgramEngineHost.start({
      threadPool,
      job: { programId: this.id, profile: this.#job.profile, ffmpeg, rtp: { ip: rtpIp, port: 0 }, logLevel },
      log: this.#log,
      events: {
        onTags: (tags) => this.#publish(tags),
        onLevels: (levels) => this.emit('levelsMeasured', levels),
        onStats: (stats) => this.#measure(stats),
        onKeyFrameNeeded: (trackId) => this.emit('keyFrameNeeded', trackId),
        onFailed: (error) => void this.#fail(error),
      },
      signal: this.#over.signal,
    });
    this.#engine = await this.#engineStart;
    this.#over.signal.throwIfAborted();
    await rendering;
    await this.#putOnAir();
  }

  /** Gives up a start that is under way, too: afterwards no encoder is left. */
  async #endEngine(reason: string): Promise<void> {
    const message = 'The program was stopped while it was starting.';
    this.#over.abort(new LianmaiError('WRONG_STATE', { state: this.#state }, { message }));
    const engine = await this.#engineStart?.catch(() => null);
    await engine?.close(reason);
  }

  #putOnAir(): Promise<number> {
    const sources = this.#sceneState.sources.map((source) => source.id);
    if (!this.#renderedScene) throw new LianmaiError('WRONG_STATE', { state: this.#state });
    return this.#running().setScene(this.#renderedScene, sources);
  }

  /** Overlays that are not painted yet follow when they are ready. */
  async #render(sceneState: SceneState): Promise<void> {
    const soon = await this.#sceneRenderer.render(sceneState, (complete) => {
      if (this.#sceneState !== sceneState || this.#isOver) return;
      this.#renderedScene = complete;
      if (this.#engine) this.#putOnAir().catch((error: unknown) => this.#log.debug({ err: error }, 'overlays were painted too late'));
    });
    if (this.#sceneState === sceneState) this.#renderedScene = soon;
  }

  #publish(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.#publisher.write(tag);
      if (tag.isKeyFrame && this.#state === 'starting') this.#enter('live');
    }
  }

  #measure({ cpu, degraded, ...stats }: ThreadStats): void {
    const compositor = this.#parts.cpuUsage.charge(this.id, cpu.thread);
    this.emit('statsMeasured', { ...stats, cpu: { decoders: cpu.decoders, compositor, encoder: cpu.encoder } }, degraded);
  }

  async #fail(thrown: unknown): Promise<void> {
    if (this.#isOver) return;
    const error = toLianmaiError(thrown);
    this.#log.error({ err: error, cause: error.cause }, 'program failed');
    this.#enter('failed', { code: error.code, message: error.message });
    await this.#endEngine('failed');
    await this.#closeAll('failed');
    this.emit('closed');
  }

  async #closeAll(reason: string): Promise<void> {
    await this.#scope.close(reason).catch((error: unknown) => this.#log.warn({ err: error }, 'not everything ended cleanly'));
  }

  #enter(state: ProgramState, reason: Reason | null = null): void {
    this.#state = state;
    this.#log.info({ state, reason }, 'program state');
    this.emit('stateChanged', state, reason);
  }

  get #isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed';
  }

  #running(): ProgramEngineHost {
    if (!this.#engine || this.#isOver) throw new LianmaiError('WRONG_STATE', { state: this.#state });
    return this.#engine;
  }

  #assertOn(): void {
    if (this.#isOver || this.#stopping) throw new LianmaiError('WRONG_STATE', { state: this.#state });
  }
}
