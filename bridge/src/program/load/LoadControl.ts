import type { Log } from '@lianmai/kit';
import type { Degradation } from '@lianmai/protocol';
import type { EncodingStep } from '../encoder/index.js';
import { PicturePacer, type TickLoad } from './PicturePacer.js';
import { StepControl } from './StepControl.js';

export interface LoadControlOptions {
  /** Settings of the encoder, heaviest first. */
  steps: readonly [EncodingStep, ...EncodingStep[]];
  /** The encoder shall go on with this step. */
  onStep: (step: EncodingStep) => void;
  log: Log;
}

/** Fits a program to what its machine can do at the time: sound always, pictures as many as it can make, and lighter settings when it cannot make them all. */
export class LoadControl {
  readonly #options: LoadControlOptions;
  readonly #pacer = new PicturePacer();
  readonly #control: StepControl;
  #shownStep = 0;
  #leftOut = 0;
  #degradedSinceMs: number | null = null;

  constructor(options: LoadControlOptions) {
    this.#options = options;
    this.#control = new StepControl(options.steps.length);
  }

  /** Pictures that were left out because the machine was too slow, those that a lighter setting does without included. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** null while the program has everything that its profile asks for. */
  get degradation(): Degradation | null {
    const sinceMs = this.#degradedSinceMs;
    return sinceMs === null ? null : { reason: 'CPU', sinceMs, ...this.#step };
  }

  /** Must be called for each tick, in order. */
  wantsPicture(load: TickLoad): boolean {
    const verdict = this.#pacer.decide(load);
    if (verdict !== 'shown') this.#leftOut++;
    this.#control.tick(verdict);
    this.#follow();
    return verdict === 'shown';
  }

  get #step(): EncodingStep {
    const { steps } = this.#options;
    return steps[this.#control.step] ?? steps[0];
  }

  #follow(): void {
    const { step, isDegraded } = this.#control;
    const { log, onStep } = this.#options;
    if (isDegraded !== (this.#degradedSinceMs !== null)) {
      this.#degradedSinceMs = isDegraded ? Date.now() : null;
      if (isDegraded) log.warn('the program is degraded: the machine is too slow, so pictures are left out');
      else log.info('the program is no longer degraded');
    }
    if (step === this.#shownStep) return;
    log.warn({ ...this.#step, isLighter: step > this.#shownStep }, 'the program changes its encoding settings');
    this.#shownStep = step;
    this.#pacer.fps = this.#step.fps;
    onStep(this.#step);
  }
}
