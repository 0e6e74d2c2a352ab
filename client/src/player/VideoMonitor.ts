import type { Sound } from './Sound';

/** How often the picture is looked at, ms. */
const SAMPLE_EVERY_MS = 250;
/** A picture that stands still this long is a stall and not a hiccup. */
const STALL_AFTER_MS = 1200;

export type VideoState = 'loading' | 'playing' | 'stalled';

/** Watches one video element: does the picture move? Starts it, with sound only once it may be heard. */
export class VideoMonitor {
  readonly #video: HTMLVideoElement;
  readonly #onSample: (state: VideoState, stillForMs: number) => void;
  readonly #sound: Sound | null;
  readonly #timer: ReturnType<typeof setInterval>;
  #hasMoved = false;
  #lastTime = -1;
  #movedAtMs = performance.now();

  /** `sound` null: behind another picture, silent. */
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
    // A source that is set anew stops an element that was told to play.
    if (paused && !this.#hasMoved && !this.#sound?.isBlocked) void this.#video.play().catch(() => undefined);
    // Time also moves when the player seeks to the live edge before the first picture.
    const isMoving = currentTime !== this.#lastTime && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (isMoving && !paused) this.#hasMoved = true;
    // Not even a muted picture may play: it waits for the click, and that is not the way's fault.
    if (paused && this.#sound?.isBlocked) this.#hasMoved = true;
    // Paused by the person's own hand is no stall.
    if (isMoving || (paused && this.#hasMoved)) this.#movedAtMs = nowMs;
    this.#lastTime = currentTime;
    this.#onSample(this.#stateAt(nowMs), nowMs - this.#movedAtMs);
  }

  #stateAt(nowMs: number): VideoState {
    if (!this.#hasMoved) return 'loading';
    return nowMs - this.#movedAtMs > STALL_AFTER_MS ? 'stalled' : 'playing';
  }
}
