/** How often the picture is looked at, ms. */
const LOOK_EVERY_MS = 250;
/** A picture that stands still this long is a stall and not a hiccup. */
const STALL_AFTER_MS = 1200;

export type PlaybackState = 'loading' | 'playing' | 'stalled' | 'soundBlocked';

/** Watches one video element: does the picture move, may it sound? */
export class Playback {
  readonly #video: HTMLVideoElement;
  readonly #onState: (state: PlaybackState, stillForMs: number) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #isSoundBlocked = false;
  #hasMoved = false;
  #lastTime = -1;
  #movedAtMs = performance.now();

  constructor(video: HTMLVideoElement, onState: (state: PlaybackState, stillForMs: number) => void) {
    this.#video = video;
    this.#onState = onState;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    void this.#play();
  }

  /** From a click. */
  async allowSound(): Promise<void> {
    this.#video.muted = false;
    await this.#video.play();
    this.#isSoundBlocked = false;
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
    // The silence was ours, not the person's: the next start tries with sound again.
    if (this.#isSoundBlocked) this.#video.muted = false;
  }

  async #play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
      // Muted pictures may always play. One that is refused even so waits for the click.
      this.#isSoundBlocked = true;
      this.#video.muted = true;
      await this.#video.play().catch(() => undefined);
    }
  }

  #look(): void {
    const { currentTime, paused } = this.#video;
    const nowMs = performance.now();
    // Time also moves when the player seeks to the live edge before the first picture.
    const isMoving = currentTime !== this.#lastTime && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (isMoving && !paused) this.#hasMoved = true;
    // Paused by the person's own hand is no stall.
    if (isMoving || paused) this.#movedAtMs = nowMs;
    this.#lastTime = currentTime;
    this.#onState(this.#stateAt(nowMs), nowMs - this.#movedAtMs);
  }

  #stateAt(nowMs: number): PlaybackState {
    if (this.#isSoundBlocked && (this.#hasMoved || this.#video.paused)) return 'soundBlocked';
    if (!this.#hasMoved) return 'loading';
    return nowMs - this.#movedAtMs > STALL_AFTER_MS ? 'stalled' : 'playing';
  }
}
