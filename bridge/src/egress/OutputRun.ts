import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import type { Reader } from '../hub/stream/index.js';
import type { Output } from './outputContract.js';
import { StallDetector } from './StallDetector.js';

interface RunOptions {
  /** A destination that takes no byte for this long, while some are queued, is stalled. */
  stallMs: number;
  /** How often stalls are checked and `onSample` is called. */
  sampleMs: number;
  onSample: () => void;
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
    const stallDetector = new StallDetector(this.#options.stallMs);
    const sampling = setInterval(() => {
      if (stallDetector.isStalled(this.#output.stats(), nowMs())) stalled.abort(new LianmaiError('DESTINATION_STALLED'));
      this.#options.onSample();
    }, this.#options.sampleMs);
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
