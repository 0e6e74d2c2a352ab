import { Scope, type Closable, type Log } from '@lianmai/kit';
import { FPS, type LianmaiError, type RtpTrack, type SourceId } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import { TickClock, Compositor, type RenderedScene } from './compositor/index.js';
import { Encoder } from './encoder/index.js';
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
  onFailed: (error: LianmaiError) => void;
}

interface EngineParts {
  encoder: Encoder;
  receiver: RtpReceiver;
  sources: SourceSet;
}

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
  #ticks = 0;
  #droppedFrames = 0;

  private constructor({ encoder, receiver, sources }: EngineParts, events: ProgramEngineEvents) {
    this.rtp = { ip: receiver.ip, port: receiver.port };
    this.#events = events;
    this.#scope.own(receiver);
    this.#sources = this.#scope.own(sources);
    this.#encoder = this.#scope.own(encoder);
    this.#compositor = new Compositor(this.#sources.byId);
    this.#clock = new TickClock({
      periodMs: 1000 / FPS,
      now: nowMs,
      onTick: (dueMs) => this.#tick(dueMs),
      onSkip: () => this.#skip(),
      isBacklogged: () => encoder.isBacklogged,
    });
    this.#scope.defer(() => this.#clock.stop());
    const stats = new ProgramEngineStats({ encoder, sources: this.#sources, clock: this.#clock, droppedFrames: () => this.#droppedFrames });
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
    try {
      const receiver = await RtpReceiver.create({ bindIp: rtp.ip, port: rtp.port, log });
      const createRtp = (id: SourceId) => new RtpSource({ id, ffmpeg, receiver, requestKeyFrame: events.onKeyFrameNeeded, log });
      return new ProgramEngine({ encoder, receiver, sources: new SourceSet({ create: create ?? createRtp, log }) }, events);
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
    if (isFirst) this.#clock.start();
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

  /** The program has not begun while the encoder is starting: it begins later, and nothing counts as dropped. */
  #skip(): void {
    if (this.#encoder.hasBegun) this.#droppedFrames++;
  }

  #tick(dueMs: number): void {
    const frame = this.#encoder.takeFrame();
    this.#compositor.compose(frame.canvas, frame.audio.samples, dueMs);
    this.#encoder.write(frame);
    for (const id of this.#sources.endLeaving()) this.#compositor.forget(id);
    if (++this.#ticks % LEVELS_EVERY_TICKS === 0) this.#events.onLevels(this.#compositor.readLevels());
  }
}
