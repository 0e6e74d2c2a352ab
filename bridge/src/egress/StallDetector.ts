import type { OutputStats } from './outputContract.js';

/** A destination that takes no byte for this long, while some are queued for it, is stalled. */
export const STALL_MS = 8000;

/** Detects a peer that has silently stopped taking bytes. Time counts only while something is queued for it. */
export class StallDetector {
  readonly #timeoutMs: number;
  #bytes = -1;
  #progressAtMs = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  isStalled({ bytesSent, queuedBytes }: OutputStats, nowMs: number): boolean {
    if (bytesSent !== this.#bytes || queuedBytes === 0) {
      this.#bytes = bytesSent;
      this.#progressAtMs = nowMs;
      return false;
    }
    return nowMs - this.#progressAtMs >= this.#timeoutMs;
  }
}
