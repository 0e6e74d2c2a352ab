import { CounterUnwrapper } from '../../CounterUnwrapper.js';

/** Some encoders wrap after 31 bits, some after 32; 2^32 is twice 2^31, so one modulus serves both. */
const MODULUS = 2 ** 31;
/** Any first timestamp counts as at most this; the room is for audio that arrives late with a time before the first video frame's. */
const MAX_START_MS = 1000;

/** The timestamps of one RTMP publisher as a time that does not wrap. Audio and video may be out of order. */
export class RtmpTimestamps {
  readonly #counter = new CounterUnwrapper(MODULUS);
  #offsetMs: number | null = null;

  unwrap(timestampMs: number): number {
    this.#offsetMs ??= Math.min(0, MAX_START_MS - timestampMs);
    return this.#counter.follow(timestampMs) + this.#offsetMs;
  }
}
