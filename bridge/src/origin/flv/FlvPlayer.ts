import type { Writable } from 'node:stream';
import type { Admission } from '../../gate/index.js';
import type { Batch, Shape } from './Batch.js';
import type { GroupCache } from './GroupCache.js';

export interface PlayerLimits {
  /** What waits for a slow player, beyond what it started with, before it is moved on to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** A player that takes nothing for this long is cut off. */
  stallMs: number;
}

export interface PlayerOptions extends PlayerLimits {
  /** Written to as it is: what frames and chunks would cost for each player is done once for all. */
  socket: Writable;
  /** Which of a batch's shapes it gets. */
  shape: Shape;
  admission: Pick<Admission, 'bytes'>;
  /** Says goodbye: everything has been written. */
  finish: () => void;
}

/**
 * One player of a stream. States: waiting for a key frame to (re)start with, playing, ending, gone. What the kernel does not take at once is queued here,
 * by reference, and dropped up to the next key frame when it grows too long: a player never waits for another, nor the stream for any.
 */
export class FlvPlayer {
  droppedTags = 0;
  readonly #options: PlayerOptions;
  readonly #cache: GroupCache;
  #state: 'waiting' | 'playing' | 'ending' | 'gone' = 'waiting';
  #queue: Batch[] = [];
  #queuedBytes = 0;
  /** Set while the socket holds bytes that the kernel has not taken. */
  #blockedSinceMs: number | null = null;
  #maxQueueBytes = 0;
  #maxQueueMs = 0;
  /** Where it has got to: it never sees a group of pictures again that it has seen the start of. */
  #groupId: number | null = null;

  constructor(cache: GroupCache, options: PlayerOptions) {
    this.#cache = cache;
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** The batch is in the cache already. */
  push(batch: Batch): void {
    if (this.#blockedSinceMs !== null && this.#isStalled(this.#blockedSinceMs)) return void this.#options.socket.destroy();
    if (this.#state === 'waiting') return this.start();
    if (this.#state !== 'playing') return;
    if (this.#blockedSinceMs === null) return this.#write(batch);
    this.#enqueue(batch);
    if (this.#isOverLimit(batch)) this.#skip();
  }

  /** From the last key frame, unless it has been there. */
  start(): void {
    const { groupId, isEmpty, bytes, durationMs } = this.#cache;
    if (this.#state !== 'waiting' || isEmpty || groupId === this.#groupId) return;
    for (const batch of this.#cache.entry(this.#groupId === null)) this.#enqueue(batch);
    this.#groupId = groupId;
    this.#maxQueueBytes = this.#options.maxQueueBytes + bytes;
    this.#maxQueueMs = this.#options.maxQueueMs + durationMs;
    this.#state = 'playing';
    this.#flush();
  }

  /** The stream has ended: it gets what is queued, if it takes it in time. */
  end(): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#state = 'ending';
    const { socket, stallMs } = this.#options;
    const timer = setTimeout(() => socket.destroy(), stallMs);
    socket.once('close', () => clearTimeout(timer));
    this.#flush();
  }

  /** Its connection is gone. */
  leave(): void {
    this.#state = 'gone';
    this.#forgetQueue();
  }

  #write(batch: Batch): void {
    const { socket, shape, admission } = this.#options;
    const bytes = batch[shape];
    admission.bytes += bytes.length;
    this.#groupId = batch.groupId;
    socket.write(bytes, this.#onWritten);
    if (socket.writableLength > 0) this.#blockedSinceMs ??= Date.now();
  }

  /** Called for every write; matters only after one that the kernel did not take whole. */
  readonly #onWritten = (): void => {
    if (this.#blockedSinceMs === null || this.#state === 'gone') return;
    this.#blockedSinceMs = this.#options.socket.writableLength > 0 ? Date.now() : null;
    this.#flush();
  };

  #flush(): void {
    while (this.#blockedSinceMs === null && this.#state !== 'gone') {
      const batch = this.#queue.shift();
      if (!batch) break;
      this.#queuedBytes -= batch.bytes.length;
      this.#write(batch);
    }
    if (this.#state === 'ending' && this.#queue.length === 0 && this.#blockedSinceMs === null) {
      this.#state = 'gone';
      this.#options.finish();
    }
  }

  #enqueue(batch: Batch): void {
    this.#queue.push(batch);
    this.#queuedBytes += batch.bytes.length;
  }

  #isStalled(sinceMs: number): boolean {
    return Date.now() - sinceMs > this.#options.stallMs;
  }

  #isOverLimit(newest: Batch): boolean {
    const oldest = this.#queue[0] ?? newest;
    return this.#queuedBytes > this.#maxQueueBytes || newest.dtsMs - oldest.dtsMs > this.#maxQueueMs;
  }

  /** Goes on at the newest key frame if that is ahead of what it has got, else at the next one. */
  #skip(): void {
    for (const { tagCount } of this.#queue) this.droppedTags += tagCount;
    this.#forgetQueue();
    this.#state = 'waiting';
  }

  #forgetQueue(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }
}
