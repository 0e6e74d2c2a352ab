/** Media kept in hand, s: less than a phone's network hiccups, and the picture stops with each of them. */
const FIRST_TARGET_SECONDS = 0.5;
const MAX_TARGET_SECONDS = 3;
/** A stall says that the target was too bold. */
const STALL_GROWTH = 1.6;
/** Given back slowly while all goes well: a tenth in ten minutes would be unseen, a tenth in a minute is. */
const RELAX_PER_SECOND = 0.002;
/** Sped up from here above the target, back to normal speed at the target: no trembling in between. */
const SPEED_UP_ABOVE_SECONDS = 0.3;
/** Nobody hears 10 %. */
const MAX_RATE = 1.1;
const RATE_PER_SECOND = 0.1;
/** Beyond it, catching up would take a minute: jump. */
const JUMP_ABOVE_SECONDS = 6;
/** Right after the start nothing is lost by a jump: the server begins with the whole last group of pictures. */
const START_JUMP_ABOVE_SECONDS = 0.8;
const START_MS = 2500;
/** Looks whose smallest buffer counts: media comes in batches, and what protects from a stall is the valley between two. */
const LOOKS = 5;

interface Steering {
  /** 1.0 to 1.1 */
  rate: number;
  /** Go to `target` behind the end of the buffer. */
  isJump: boolean;
}

/** Keeps a live buffer near its target by playing a little faster; a few times a second, with the media in hand and the time. */
export class RateController {
  #target = FIRST_TARGET_SECONDS;
  #looks: number[] = [];
  #lastMs: number | null = null;
  #startedMs: number | null = null;
  #isChasing = false;

  get targetSeconds(): number {
    return this.#target;
  }

  /** The picture stood still for want of media. */
  stalled(): void {
    this.#target = Math.min(MAX_TARGET_SECONDS, this.#target * STALL_GROWTH);
    this.#isChasing = false;
    this.#looks = [];
  }

  update(bufferSeconds: number, nowMs: number): Steering {
    this.#relax(nowMs);
    this.#startedMs ??= nowMs;
    const jumpAbove = nowMs - this.#startedMs < START_MS ? START_JUMP_ABOVE_SECONDS : JUMP_ABOVE_SECONDS;
    this.#looks = [...this.#looks.slice(1 - LOOKS), bufferSeconds];
    const excess = Math.min(...this.#looks) - this.#target;
    // One look is enough for what is far off: after a start from a long GOP, or after a tab slept.
    if (bufferSeconds - this.#target > jumpAbove) {
      this.#looks = [];
      this.#isChasing = false;
      return { rate: 1, isJump: true };
    }
    if (excess > SPEED_UP_ABOVE_SECONDS) this.#isChasing = true;
    else if (excess <= 0) this.#isChasing = false;
    if (!this.#isChasing || this.#looks.length < LOOKS) return { rate: 1, isJump: false };
    const rate = Math.min(MAX_RATE, 1 + Math.max(0.02, excess * RATE_PER_SECOND));
    return { rate: Math.round(rate * 100) / 100, isJump: false };
  }

  #relax(nowMs: number): void {
    const seconds = this.#lastMs === null ? 0 : Math.max(0, nowMs - this.#lastMs) / 1000;
    this.#lastMs = nowMs;
    this.#target = Math.max(FIRST_TARGET_SECONDS, this.#target - seconds * RELAX_PER_SECOND);
  }
}
