/** A payload may go out this much ahead of its turn. */
const BURST_MS = 20;
/** More than any group of pictures that is kept: only a rate that was measured wrongly gets here. */
const MAX_QUEUE_BYTES = 48 * 1024 * 1024;

/** In the thread: one player's way out. What comes at once (the last group of pictures, a key frame) leaves at a pace that its network can take. */
export class PacedPlayer {
  readonly #send: (payload: Buffer) => void;
  #queue: Buffer[] = [];
  #head = 0;
  #queuedBytes = 0;
  #budgetBytes = 0;
  #atUs: number;
  /** Nothing to start with yet: the next key frame will be it. */
  isWaiting: boolean;
  sentBytes = 0;

  constructor(send: (payload: Buffer) => void, { group, nowUs }: { group: readonly Buffer[] | null; nowUs: number }) {
    this.#send = send;
    this.#atUs = nowUs;
    this.isWaiting = group === null;
    for (const payload of group ?? []) this.push(payload);
  }

  get isDrained(): boolean {
    return this.#queuedBytes === 0;
  }

  get isHopeless(): boolean {
    return this.#queuedBytes > MAX_QUEUE_BYTES;
  }

  push(payload: Buffer): void {
    this.#queue.push(payload);
    this.#queuedBytes += payload.length;
  }

  /** Sends what the pace allows since the last call. */
  drain(bytesPerSecond: number, nowUs: number): void {
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
