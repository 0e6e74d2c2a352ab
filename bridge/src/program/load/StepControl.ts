import { FPS } from '@lianmai/protocol';
import type { PictureVerdict } from './PicturePacer.js';

/** Pictures left out in one second that a viewer would notice. */
const TROUBLE_PER_SECOND = 2;
const DOWN_AFTER_S = 3;
const UP_AFTER_S = 30;
/** Each step up that fails doubles the time until the next one, up to this. */
const MAX_UP_AFTER_S = 600;
/** A step up that is taken back within this time has failed. */
const TRIAL_S = 30;
/** The program has recovered when it had room for this long with all its settings. */
const RECOVERED_AFTER_S = 5;

/**
 * Steps the encoder down after three seconds in which pictures were left out, and up again when there has been room for half a minute. It counts in ticks, so
 * its seconds are those of the program, which are the clock's.
 */
export class StepControl {
  readonly #lastStep: number;
  #step = 0;
  #isDegraded = false;
  #ticks = 0;
  #leftOut = 0;
  #troubleS = 0;
  #calmS = 0;
  #upAfterS = UP_AFTER_S;
  /** Seconds since the last step up. */
  #sinceUpS = Infinity;

  constructor(steps: number) {
    this.#lastStep = steps - 1;
  }

  /** 0: the profile's own settings. */
  get step(): number {
    return this.#step;
  }

  /** True from the first step down until the program has all its pictures again. */
  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  tick(verdict: PictureVerdict): void {
    if (verdict === 'leftOut') this.#leftOut++;
    if (++this.#ticks % FPS === 0) this.#closeSecond();
  }

  #closeSecond(): void {
    this.#troubleS = this.#leftOut >= TROUBLE_PER_SECOND ? this.#troubleS + 1 : 0;
    this.#calmS = this.#leftOut < TROUBLE_PER_SECOND ? this.#calmS + 1 : 0;
    this.#leftOut = 0;
    this.#sinceUpS++;
    if (this.#troubleS >= DOWN_AFTER_S) this.#stepDown();
    else if (this.#step > 0 && this.#calmS >= this.#upAfterS) this.#stepUp();
    else if (this.#step === 0 && this.#calmS >= RECOVERED_AFTER_S) this.#isDegraded = false;
    if (this.#step === 0 && this.#calmS >= this.#upAfterS) this.#upAfterS = UP_AFTER_S;
  }

  #stepDown(): void {
    this.#isDegraded = true;
    this.#troubleS = 0;
    if (this.#sinceUpS <= TRIAL_S) this.#upAfterS = Math.min(2 * this.#upAfterS, MAX_UP_AFTER_S);
    this.#sinceUpS = Infinity;
    this.#step = Math.min(this.#step + 1, this.#lastStep);
  }

  #stepUp(): void {
    this.#calmS = 0;
    this.#sinceUpS = 0;
    this.#step--;
  }
}
