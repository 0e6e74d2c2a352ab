import type { Closable } from '@lianmai/kit';
import { ENCODERS } from '../../media/ffmpeg/index.js';
import { EncoderRun, type EncoderRunOptions } from './EncoderRun.js';

type Preset = EncoderRunOptions['preset'];

/** A program that has just begun, or an encoder that was just replaced, needs the CPU more. */
const AFTER_MS = 3000;
/** A spare that ended by itself may do so again. */
const AGAIN_AFTER_MS = 15_000;

/**
 * Keeps one more encoder process that has everything behind it but the first frame, so that replacing a dead one, or going on with another preset, takes as
 * long as encoding a frame. It costs memory (20-40 MB for x264) and no CPU. A hardware encoder is not opened in advance, since a card may allow few sessions.
 */
export class SpareEncoder implements Closable {
  readonly #options: Omit<EncoderRunOptions, 'preset'>;
  #run: EncoderRun | null = null;
  #preset: Preset | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Omit<EncoderRunOptions, 'preset'>) {
    this.#options = options;
  }

  rssBytes(): number {
    return this.#run?.rssBytes() ?? 0;
  }

  /** Prepares a process in a while, unless there is one or will be. One with another preset makes way. */
  prepare(preset: Preset, afterMs = AFTER_MS): void {
    if (this.#preset !== preset) this.#drop();
    this.#preset = preset;
    if (this.#run || this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(() => this.#start(preset), afterMs);
    this.#timer.unref();
  }

  /** Whether there is a process with this preset that could go on at once. */
  isReady(preset: Preset): boolean {
    return this.#run?.preset === preset && this.#run.isWarm;
  }

  /** Returns the process that waits, or null if there is none with this preset that works. */
  take(preset: Preset): EncoderRun | null {
    const run = this.#run;
    if (run?.preset !== preset || !run.canRun) {
      this.#drop();
      return null;
    }
    this.#run = null;
    return run;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const run = this.#run;
    this.#drop();
    await run?.ended;
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#run?.kill();
    this.#run = null;
  }

  #start(preset: Preset): void {
    this.#timer = undefined;
    const run = new EncoderRun({ ...this.#options, preset });
    this.#run = run;
    if (!ENCODERS[this.#options.profile.encoder].isHardware) run.leadIn();
    void run.ended.then(() => {
      if (this.#run !== run) return;
      this.#run = null;
      this.prepare(preset, AGAIN_AFTER_MS);
    });
  }
}
