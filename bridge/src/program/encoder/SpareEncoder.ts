import type { Closable } from '@lianmai/kit';
import { ENCODERS } from '../../media/ffmpeg/index.js';
import { EncoderRun, type EncoderRunOptions } from './EncoderRun.js';

/** What has just begun or been replaced needs the CPU more. */
const AFTER_MS = 3000;
/** A spare that ended by itself may do so again. */
const AGAIN_AFTER_MS = 15_000;

/**
 * Keeps one more encoder process that has everything behind it but the first frame, so that replacing a dead one takes as long as encoding a frame. It costs
 * memory (20-40 MB for x264) and no CPU. A hardware encoder is not opened in advance, since a card may allow few sessions.
 */
export class SpareEncoder implements Closable {
  readonly #options: EncoderRunOptions;
  #run: EncoderRun | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EncoderRunOptions) {
    this.#options = options;
  }

  rssBytes(): number {
    return this.#run?.rssBytes() ?? 0;
  }

  /** Prepares a process in a while, unless there is one or will be. */
  prepare(afterMs = AFTER_MS): void {
    if (this.#run || this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(() => this.#start(), afterMs);
    this.#timer.unref();
  }

  /** Returns the process that waits, or null if there is none that works. */
  take(): EncoderRun | null {
    const run = this.#run;
    this.#run = null;
    this.#cancel();
    if (run?.canRun) return run;
    run?.kill();
    return null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    const run = this.#run;
    this.#run = null;
    run?.kill();
    await run?.ended;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    this.#timer = undefined;
    const run = new EncoderRun(this.#options);
    this.#run = run;
    if (!ENCODERS[this.#options.profile.encoder].isHardware) run.leadIn();
    void run.ended.then(() => {
      if (this.#run !== run) return;
      this.#run = null;
      this.prepare(AGAIN_AFTER_MS);
    });
  }
}
