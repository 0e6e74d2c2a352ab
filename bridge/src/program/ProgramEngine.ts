import { Scope, type Closable, type Log } from '@lianmai/kit';
import { FPS, type LianmaiError, type RtpTrack, type SourceId } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import { TickClock, Compositor, type RenderedScene, type Tick } from './compositor/index.js';
import { Encoder, stepsOf } from './encoder/index.js';
import { LoadControl } from './load/index.js';
import { RtpSource } from './sources/index.js';
import { RtpReceiver } from '../media/rtp/index.js';
import type { MediaTag } from '../hub/stream/index.js';
import { ProgramEngineStats } from './ProgramEngineStats.js';
import type { ThreadJob, ThreadStats } from './programThreadMessages.js';
import { SourceSet, type TrackSource } from './SourceSet.js';

/** Reports of an engine to its owner. */
export interface ProgramEngineEvents {
  onTags: (tags: MediaTag[]) => void;
  onLevels: (levels: ReturnType<Compositor['readLevels']>) => void;
  onStats: (stats: ThreadStats) => void;
  onKeyFrameNeeded: (trackId: string) => void;
  /** The program's timeline runs: its time 0 is at `originMs` on the monotonic clock. */
  onBegun: (originMs: number) => void;
  onFailed: (error: LianmaiError) => void;
}

interface EngineParts {
  encoder: Encoder;
  receiver: RtpReceiver;
  sources: SourceSet;
  load: LoadControl;
  job: ThreadJob;
  log: Log;
}

const TICK_MS = 1000 / FPS;
/** Pictures that wait for the program's first encoder; the program begins with the first of them. */
const START_PICTURES = 15;
const LEVELS_EVERY_TICKS = FPS / 5;
const STATS_MS = 1000;

/** A program's media, inside its thread: receiver and sources → compositor, driven by the clock → encoder. */
export class ProgramEngine implements Closable {
  readonly rtp: { ip: string; port: number };
  readonly #scope = new Scope();
  readonly #events: ProgramEngineEvents;
  readonly #encoder: Encoder;
  readonly #sources: SourceSet;
  readonly #compositor: Compositor;
  readonly #clock: TickClock;
  readonly #load: LoadControl;
  readonly #job: ThreadJob;
  #ticks = 0;
  #originMs: number | null;

  private constructor({ encoder, receiver, sources, load, job, log }: EngineParts, events: ProgramEngineEvents) {
    this.rtp = { ip: receiver.ip, port: receiver.port };
    this.#events = events;
    this.#scope.own(receiver);
    this.#sources = this.#scope.own(sources);
    this.#encoder = this.#scope.own(encoder);
    this.#compositor = new Compositor(this.#sources.byId);
    this.#load = load;
    this.#job = job;
    this.#originMs = job.originMs;
    this.#clock = new TickClock({
      periodMs: TICK_MS,
      now: nowMs,
      onTick: (tick) => this.#tick(tick),
      onLeap: (ticks) => log.warn({ ticks }, 'the machine stood still; the program goes on without this time'),
    });
    this.#scope.defer(() => this.#clock.stop());
    const stats = new ProgramEngineStats({ encoder, sources, clock: this.#clock, load });
    this.#scope.interval(STATS_MS, () => events.onStats(stats.measure()));
  }

  /** Starts the encoder first because that takes longest. Tests pass `create` for sources of another kind. */
  static async start(
    job: ThreadJob,
    log: Log,
    events: ProgramEngineEvents,
    create?: (id: SourceId) => TrackSource,
  ): Promise<ProgramEngine> {
    const { ffmpeg, profile, firstFrame, rtp } = job;
    const encoder = new Encoder({ ffmpeg, profile, firstFrame, log, onTags: events.onTags, onFailed: events.onFailed });
    const load = new LoadControl({ steps: stepsOf(profile), onStep: ({ preset }) => encoder.setPreset(preset), log });
    try {
      const receiver = await RtpReceiver.create({ bindIp: rtp.ip, port: rtp.port, log });
      const createRtp = (id: SourceId) => new RtpSource({ id, ffmpeg, receiver, requestKeyFrame: events.onKeyFrameNeeded, log });
      const sources = new SourceSet({ create: create ?? createRtp, log });
      return new ProgramEngine({ encoder, receiver, sources, load, job, log }, events);
    } catch (error) {
      await encoder.close('no RTP port');
      throw error;
    }
  }

  /** The first scene starts the clock. Returns when the scene becomes visible, on the program's timeline. */
  setScene(scene: RenderedScene, sources: readonly SourceId[]): number {
    const isFirst = this.#compositor.scene.version < 0;
    this.#sources.expect(sources);
    this.#compositor.setScene(scene);
    const ptsMs = this.nextPtsMs;
    if (isFirst) this.#startClock();
    return ptsMs;
  }

  /** When the next frame becomes visible, on the program's timeline, ms. */
  get nextPtsMs(): number {
    return this.#encoder.nextPtsMs;
  }

  attachTrack(track: RtpTrack): void {
    this.#sources.attach(track);
    this.#showTiles();
  }

  detachTrack(trackId: string): void {
    this.#sources.detach(trackId);
  }

  /** Stops the clock, lets the encoder finish and ends the decoders. */
  close(reason: string): Promise<void> {
    return this.#scope.close(reason);
  }

  /** Tells a source that joined after the scene was set which tile it has. */
  #showTiles(): void {
    if (this.#compositor.scene.version >= 0) this.#compositor.setScene(this.#compositor.scene);
  }

  /** A replacement thread makes up what its predecessor did not. */
  #startClock(): void {
    const { originMs, firstFrame } = this.#job;
    if (originMs === null) this.#clock.start();
    else this.#clock.start(originMs + firstFrame * TICK_MS);
  }

  #tick({ dueMs, behindMs }: Tick): void {
    if (!this.#hasBegun(dueMs)) return;
    const audio = this.#encoder.takeAudio();
    const canvas = this.#wantsPicture(behindMs) ? this.#encoder.takeCanvas() : null;
    this.#compositor.compose(canvas, audio.samples, dueMs);
    this.#encoder.write({ canvas, audio });
    for (const id of this.#sources.endLeaving()) this.#compositor.forget(id);
    if (++this.#ticks % LEVELS_EVERY_TICKS === 0) this.#events.onLevels(this.#compositor.readLevels());
  }

  /** The program has not begun while its first encoder is starting: it begins later, and nothing counts as left out. */
  #hasBegun(dueMs: number): boolean {
    if (!this.#encoder.hasBegun) return this.#originMs !== null || this.#encoder.heldPictures < START_PICTURES;
    const originMs = dueMs - this.#encoder.nextFrame * TICK_MS;
    if (this.#originMs === null || Math.abs(originMs - this.#originMs) > 1) this.#events.onBegun(originMs);
    this.#originMs = originMs;
    return true;
  }

  #wantsPicture(behindMs: number): boolean {
    if (this.#originMs === null) return true;
    const { nextFrame: frame, heldPictures, lagTicks } = this.#encoder;
    return this.#load.wantsPicture({ frame, behindTicks: behindMs / TICK_MS, heldPictures, lagTicks });
  }
}
