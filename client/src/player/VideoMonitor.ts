import type { Sound } from './Sound';

/** How often the picture is checked, ms. */
const SAMPLE_EVERY_MS = 250;
/** A picture that stands still for this long has stalled. */
const STALL_AFTER_MS = 1200;

export type VideoState = 'loading' | 'playing' | 'stalled';

/** Watches whether one video element's picture moves, and starts it: with sound if the browser allows it. */
export class VideoMonitor {
  readonly #video: HTMLVideoElement;
  readonly #onSample: (state: VideoState, stillForMs: number) => void;
  readonly #sound: Sound | null;
  readonly #timer: ReturnType<typeof setInterval>;
  #hasMoved = false;
  #lastTime = -1;
  #movedAtMs = performance.now();

  /** `sound` null: plays silently behind another picture. */
  constructor(video: HTMLVideoElement, sound: Sound | null, onSample: (state: VideoState, stillForMs: number) => void) {
    this.#video = video;
    this.#onSample = onSample;
    this.#sound = sound;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
    if (sound) void sound.give(video);
    else {
      video.muted = true;
      void video.play().catch(() => undefined);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const { currentTime, paused } = this.#video;
    const nowMs = performance.now();
    // Setting a new source pauses an element that was playing.
    if (paused && !this.#hasMoved && !this.#sound?.isBlocked) void this.#video.play().catch(() => undefined);
    // The clock also moves when the player seeks to the live edge before the first picture.
    const isMoving = currentTime !== this.#lastTime && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (isMoving && !paused) this.#hasMoved = true;
    // If even a muted picture is blocked, it waits for a click, and the option is not to blame.
    if (paused && this.#sound?.isBlocked) this.#hasMoved = true;
    // A pause by the viewer is not a stall.
    if (isMoving || (paused && this.#hasMoved)) this.#movedAtMs = nowMs;
    this.#lastTime = currentTime;
    this.#onSample(this.#stateAt(nowMs), nowMs - this.#movedAtMs);
  }

  #stateAt(nowMs: number): VideoState {
    if (!this.#hasMoved) return 'loading';
    return nowMs - this.#movedAtMs > STALL_AFTER_MS ? 'stalled' : 'playing';
  }
}
