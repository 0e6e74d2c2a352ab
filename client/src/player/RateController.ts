/** Target buffer. Any less than a phone's network jitter would stop the picture with every hiccup. */
const FIRST_TARGET_SECONDS = 0.5;
const MAX_TARGET_SECONDS = 3;
/** A stall means that the target was too low. */
const STALL_GROWTH = 1.6;
/** Lowers the target again while all goes well. Viewers notice a tenth of a second per minute, but not per ten minutes. */
const RELAX_PER_SECOND = 0.002;
/** Speeds up above this excess, and returns to normal speed only at the target, so that the speed does not oscillate. */
const SPEED_UP_ABOVE_SECONDS = 0.3;
/** Viewers do not notice 10 %. */
const MAX_RATE = 1.1;
const RATE_PER_SECOND = 0.1;
/** Catching up from here would take a minute, so it jumps. */
const JUMP_ABOVE_SECONDS = 6;
/** A jump right after the start loses nothing: the server sends the whole last group of pictures first. */
const START_JUMP_ABOVE_SECONDS = 0.8;
const START_MS = 2500;
/** The smallest of this many samples counts. Media arrives in batches, and the valley between two of them is what prevents a stall. */
const SAMPLES = 5;

interface Steering {
  /** 1.0 to 1.1 */
  rate: number;
  /** Seek to `targetSeconds` before the end of the buffer. */
  isJump: boolean;
}

/** Keeps a live buffer near its target by playing slightly faster. Fed a few times a second with the buffer and the time. */
export class RateController {
  #target = FIRST_TARGET_SECONDS;
  #samples: number[] = [];
  #lastMs: number | null = null;
  #startedMs: number | null = null;
  #isChasing = false;

  get targetSeconds(): number {
    return this.#target;
  }

  /** The picture stopped for lack of media. */
  stalled(): void {
    this.#target = Math.min(MAX_TARGET_SECONDS, this.#target * STALL_GROWTH);
    this.#isChasing = false;
    this.#samples = [];
  }

  update(bufferSeconds: number, nowMs: number): Steering {
    this.#relax(nowMs);
    this.#startedMs ??= nowMs;
    const jumpAbove = nowMs - this.#startedMs < START_MS ? START_JUMP_ABOVE_SECONDS : JUMP_ABOVE_SECONDS;
    this.#samples = [...this.#samples.slice(1 - SAMPLES), bufferSeconds];
    const excess = Math.min(...this.#samples) - this.#target;
    // A single sample is enough when the excess is this large: after a start with a long GOP, or when a tab wakes up.
    if (bufferSeconds - this.#target > jumpAbove) {
      this.#samples = [];
      this.#isChasing = false;
      return { rate: 1, isJump: true };
    }
    if (excess > SPEED_UP_ABOVE_SECONDS) this.#isChasing = true;
    else if (excess <= 0) this.#isChasing = false;
    if (!this.#isChasing || this.#samples.length < SAMPLES) return { rate: 1, isJump: false };
    const rate = Math.min(MAX_RATE, 1 + Math.max(0.02, excess * RATE_PER_SECOND));
    return { rate: Math.round(rate * 100) / 100, isJump: false };
  }

  #relax(nowMs: number): void {
    const seconds = this.#lastMs === null ? 0 : Math.max(0, nowMs - this.#lastMs) / 1000;
    this.#lastMs = nowMs;
    this.#target = Math.max(FIRST_TARGET_SECONDS, this.#target - seconds * RELAX_PER_SECOND);
  }
}
