/** How much faster than live a backlog is sent. */
const PACE = 4;
/** How much ahead of its turn a payload may go out. */
const BURST_MS = 20;
/** More than any cached group of pictures: only a wrongly measured rate reaches this. */
const MAX_QUEUE_BYTES = 48 * 1024 * 1024;

/** The way out to one receiver. Bursts (the last group of pictures, a key frame) leave at a pace that its network can take. */
export class PacedQueue {
  readonly #send: (payload: Buffer) => void;
  #queue: Buffer[] = [];
  #head = 0;
  #queuedBytes = 0;
  #budgetBytes = 0;
  #atUs: number;
  sentBytes = 0;

  constructor(send: (payload: Buffer) => void, nowUs: number) {
    this.#send = send;
    this.#atUs = nowUs;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isHopeless(): boolean {
    return this.#queuedBytes > MAX_QUEUE_BYTES;
  }

  push(payload: Buffer): void {
    this.#queue.push(payload);
    this.#queuedBytes += payload.length;
  }

  /** Sends what the pace allows since the last call. The pace is faster than live, or the queue would never catch up. */
  drain(liveBytesPerSecond: number, nowUs: number): void {
    const bytesPerSecond = PACE * liveBytesPerSecond;
    const earned = ((nowUs - this.#atUs) / 1e6) * bytesPerSecond;
    this.#budgetBytes = Math.min(this.#budgetBytes + earned, (bytesPerSecond * BURST_MS) / 1000);
    this.#atUs = nowUs;
    while (this.#head < this.#queue.length && this.#budgetBytes > 0) {
      const payload = this.#queue[this.#head++]!;
      this.#budgetBytes -= payload.length;
      this.#queuedBytes -= payload.length;
      this.sentBytes += payload.length;
      this.#send(payload);
    }
    if (this.#head === this.#queue.length || this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}
