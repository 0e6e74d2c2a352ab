import type { Socket } from 'node:net';
import type { Admission } from '../../gate/index.js';
import type { RtmpLimits } from './limits.js';
import type { Batch, PlayGroup } from './PlayGroup.js';

/** As much as is handed to a socket before it has taken some: small enough that a slow player gives a sign of life within the stall time. */
const IN_FLIGHT_BYTES = 256 * 1024;

export interface PlayQueueOptions {
  socket: Socket;
  admission: Pick<Admission, 'bytes'>;
  limits: Pick<RtmpLimits, 'stallMs' | 'maxQueueBytes' | 'maxQueueMs'>;
  /** Everything has been handed over; say goodbye. */
  onDrained: () => void;
}

/**
 * What one player has still to get, by reference. States: waiting for a key frame, playing, paused, ending, gone. Grown too long, the queue is cut to the
 * newest key frame: a player never waits for another, nor the stream for any.
 */
export class PlayQueue {
  droppedTags = 0;
  readonly #options: PlayQueueOptions;
  #state: 'waiting' | 'playing' | 'paused' | 'ending' | 'gone' = 'waiting';
  #queue: Batch[] = [];
  #queuedBytes = 0;
  #inFlightBytes = 0;
  #progressAtMs = 0;
  /** What it started with may be longer than the limits. */
  #startBytes = 0;
  #startMs = 0;

  constructor(options: PlayQueueOptions) {
    this.#options = options;
  }

  get queuedBytes(): number {
    return this.#queuedBytes + this.#inFlightBytes;
  }

  get isStalled(): boolean {
    return this.#inFlightBytes > 0 && performance.now() - this.#progressAtMs > this.#options.limits.stallMs;
  }

  /** From the last key frame that the group has; without one, from the next. */
  start(group: PlayGroup): void {
    if (this.#state !== 'waiting' || group.batches.length === 0) return;
    this.#startBytes = group.bytes;
    this.#startMs = group.durationMs;
    this.#enter(group, group.batches);
  }

  /** The batch is the newest of the group. */
  push(batch: Batch, group: PlayGroup): void {
    if (this.#state === 'waiting') {
      if (batch.isEntry) this.#enter(group, [batch]);
      else this.droppedTags += batch.tagCount;
    } else if (this.#state === 'playing') {
      this.#enqueue(batch);
      if (this.#isOverLimit(batch)) this.#skip(group);
      this.#flush();
    }
  }

  pause(): void {
    if (this.#state !== 'playing' && this.#state !== 'waiting') return;
    this.#forget();
    this.#state = 'paused';
  }

  resume(group: PlayGroup): void {
    if (this.#state !== 'paused') return;
    this.#state = 'waiting';
    this.start(group);
  }

  /** The stream has ended: it gets what is queued, if it takes it. */
  end(): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#state = 'ending';
    this.#flush();
  }

  leave(): void {
    this.#state = 'gone';
    this.#forget();
  }

  #enter(group: PlayGroup, batches: readonly Batch[]): void {
    const preamble = group.preamble(batches[0]?.firstMs ?? 0);
    this.#state = 'playing';
    if (preamble) this.#enqueue(preamble);
    for (const batch of batches) this.#enqueue(batch);
    this.#flush();
  }

  #enqueue(batch: Batch): void {
    this.#queue.push(batch);
    this.#queuedBytes += batch.bytes.length;
  }

  #isOverLimit(newest: Batch): boolean {
    const { maxQueueBytes, maxQueueMs } = this.#options.limits;
    const heldMs = newest.dtsMs - (this.#queue[0]?.firstMs ?? newest.firstMs);
    return this.#queuedBytes > maxQueueBytes + this.#startBytes || heldMs > maxQueueMs + this.#startMs;
  }

  /** On to the newest key frame, if it has not got that already; else to the next one. */
  #skip(group: PlayGroup): void {
    const dropped = this.#queue;
    const at = dropped.findLastIndex(({ isEntry }) => isEntry);
    this.#forget();
    this.#state = 'waiting';
    this.#startBytes = 0;
    this.#startMs = 0;
    this.droppedTags += (at > 0 ? dropped.slice(0, at) : dropped).reduce((sum, { tagCount }) => sum + tagCount, 0);
    if (at <= 0) return;
    this.#enter(group, dropped.slice(at));
    const newest = dropped.at(-1);
    if (newest && this.#isOverLimit(newest)) this.#skip(group);
  }

  #forget(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #flush(): void {
    while (this.#inFlightBytes < IN_FLIGHT_BYTES && this.#state !== 'gone') {
      const batch = this.#queue.shift();
      if (!batch) break;
      this.#queuedBytes -= batch.bytes.length;
      this.#write(batch.bytes);
    }
    if (this.#state !== 'ending' || this.#queue.length > 0) return;
    this.#state = 'gone';
    this.#options.onDrained();
  }

  #write(bytes: Buffer): void {
    const { socket, admission } = this.#options;
    if (!socket.writable) return;
    if (this.#inFlightBytes === 0) this.#progressAtMs = performance.now();
    this.#inFlightBytes += bytes.length;
    admission.bytes += bytes.length;
    socket.write(bytes, () => {
      this.#inFlightBytes -= bytes.length;
      this.#progressAtMs = performance.now();
      if (this.#queue.length > 0 || this.#state === 'ending') this.#flush();
    });
  }
}
