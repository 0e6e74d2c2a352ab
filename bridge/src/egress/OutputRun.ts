import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import type { Reader } from '../hub/stream/index.js';
import type { Output } from './outputContract.js';
import { StallDetector, type STALL } from './StallDetector.js';

interface RunOptions {
  /** Times after which a destination that takes nothing is said to be stalled, and given up. */
  stall: typeof STALL;
  /** How often stalls are checked and `onSample` is called. */
  sampleMs: number;
  onSample: (isStalled: boolean) => void;
}

/** One run of an output, watched for stalls. */
export class OutputRun {
  readonly #output: Output;
  readonly #reader: Reader;
  readonly #options: RunOptions;

  constructor(output: Output, reader: Reader, options: RunOptions) {
    this.#output = output;
    this.#reader = reader;
    this.#options = options;
  }

  get bytesSent(): number {
    return this.#output.stats().bytesSent;
  }

  /** Returns why the run failed; null when the stream has ended or `stop` was aborted. */
  async result(stop: AbortSignal): Promise<LianmaiError | null> {
    const stalled = new AbortController();
    const stallDetector = new StallDetector();
    const { stall, sampleMs, onSample } = this.#options;
    const tellMs = this.#output.stalledAfterMs ?? stall.tellMs;
    const sampling = setInterval(() => {
      const standstillMs = stallDetector.standstillMs(this.#output.stats(), nowMs());
      if (standstillMs >= stall.giveUpMs) stalled.abort(new LianmaiError('DESTINATION_STALLED'));
      onSample(standstillMs >= tellMs);
    }, sampleMs);
    try {
      await this.#output.run(this.#reader, AbortSignal.any([stop, stalled.signal]));
      return stalled.signal.aborted && !stop.aborted ? toLianmaiError(stalled.signal.reason) : null;
    } catch (error) {
      return stop.aborted ? null : toLianmaiError(stalled.signal.aborted ? stalled.signal.reason : error);
    } finally {
      clearInterval(sampling);
      void this.#reader.close('run ended');
    }
  }
}
