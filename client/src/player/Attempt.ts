import type { PlaybackOption } from './Player';
import type { PlaybackEngine, EngineEnd, Measurements } from './PlaybackEngine';
import { VideoMonitor, type VideoState } from './VideoMonitor';
import type { Sound } from './Sound';

/** Why an attempt ended, as the player sees it. `stuck`: the picture stood still for too long. `slow`: no picture in time. */
export type AttemptEnd = EngineEnd | 'stuck' | 'slow';

const NOTHING: Measurements = { latencySeconds: null, bufferSeconds: null, livePosition: null };
/** A picture that stands still for this long does not recover, so the attempt ends. */
const STUCK_AFTER_MS = 10_000;

interface AttemptOptions {
  option: PlaybackOption;
  engine: PlaybackEngine;
  video: HTMLVideoElement;
  /** null: starts silently behind another picture. */
  sound: Sound | null;
  startWithinMs: number;
  onSample: (attempt: Attempt) => void;
  /** The picture has stopped moving. */
  onStall: (attempt: Attempt) => void;
}

/** Tries one option in one video element: from loading, to a moving picture, to its end. */
export class Attempt {
  readonly option: PlaybackOption;
  readonly video: HTMLVideoElement;
  /** Resolves with null when the picture moves, otherwise with the reason why it never did. */
  readonly started: Promise<AttemptEnd | null>;
  /** Resolves when the attempt ends. */
  readonly over: Promise<AttemptEnd>;
  measurements: Measurements = NOTHING;
  state: VideoState = 'loading';
  /** Since when it has played without a stall, ms of performance.now(). */
  steadySinceMs = performance.now();
  readonly #options: AttemptOptions;
  readonly #monitor: VideoMonitor;
  readonly #timer: ReturnType<typeof setTimeout>;
  #isClosed = false;
  #start: (end: AttemptEnd | null) => void = () => undefined;
  #end: (end: AttemptEnd) => void = () => undefined;

  constructor(options: AttemptOptions) {
    const { option, engine, video, sound, startWithinMs } = options;
    this.#options = options;
    this.option = option;
    this.video = video;
    this.started = new Promise((resolve) => (this.#start = resolve));
    this.over = new Promise((resolve) => (this.#end = resolve));
    this.#timer = setTimeout(() => this.#finish('slow'), startWithinMs);
    try {
      engine.start(video, (why) => this.#finish(why));
    } catch {
      // A library that throws counts as an option that does not work.
      this.#finish('broken');
    }
    this.#monitor = new VideoMonitor(video, sound, (state, stillForMs) => this.#sample(state, stillForMs));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#monitor.close();
    this.#options.engine.stop();
    this.video.playbackRate = 1;
    this.#start('ended');
    this.#end('ended');
  }

  #finish(end: AttemptEnd): void {
    clearTimeout(this.#timer);
    this.#start(end);
    this.#end(end);
  }

  #sample(state: VideoState, stillForMs: number): void {
    const before = this.state;
    this.state = state;
    this.measurements = this.#options.engine.sample(this.video, state === 'stalled');
    if (state !== 'playing') this.steadySinceMs = performance.now();
    if (before === 'loading' && state !== 'loading') {
      clearTimeout(this.#timer);
      this.#start(null);
    }
    if (before === 'playing' && state === 'stalled') this.#options.onStall(this);
    this.#options.onSample(this);
    if (state === 'stalled' && stillForMs > STUCK_AFTER_MS) this.#finish('stuck');
  }
}
