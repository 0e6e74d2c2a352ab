import type { Batch, Packed, PlayerLimits, PlayerSink } from './fanoutContract.js';
import type { GopCache } from './GopCache.js';

/** Maximum bytes handed to a socket ahead of its progress: small enough that a slow player completes a write within the stall time. */
const IN_FLIGHT_BYTES = 256 * 1024;

/**
 * One player's queue of shared buffers. States: waiting for a key frame to (re)start with, playing, paused, ending, gone. When the queue
 * grows too long it skips to a key frame, so a slow player delays neither the stream nor other players.
 */
export class PlayerQueue<P extends Packed> {
  /** Tags that the player was too slow for, or that came before it could start. */
  droppedTags = 0;
  readonly #sink: PlayerSink<P>;
  readonly #limits: PlayerLimits;
  #state: 'waiting' | 'playing' | 'paused' | 'ending' | 'gone' = 'waiting';
  #cache: GopCache<P> | null = null;
  #queue: Batch<P>[] = [];
  #queuedBytes = 0;
  /** Writes that the socket has not completed. */
  #inFlight = 0;
  #progressAtMs = 0;
  /** The initial GOP may exceed the limits, so its size is added to them. */
  #startBytes = 0;
  #startMs = 0;
  #hasHeader = false;
  /** The GOP that the player has reached. It never gets a GOP again whose start it has seen. */
  #groupMs: number | null = null;

  constructor(sink: PlayerSink<P>, limits: PlayerLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get queuedBytes(): number {
    return this.#queuedBytes + this.#sink.socket.writableLength;
  }

  get isStalled(): boolean {
    return this.#inFlight > 0 && performance.now() - this.#progressAtMs > this.#limits.stallMs;
  }

  /** Plays from this cache after the next start. */
  attach(cache: GopCache<P>): void {
    this.#cache = cache;
    if (this.#state === 'playing') this.#state = 'waiting';
  }

  /** Starts at the last key frame unless the player has already had it; otherwise at the next one. */
  start(): void {
    const cache = this.#cache;
    if (this.#state !== 'waiting' || !cache || !this.#isAhead(cache)) return;
    this.#startBytes = cache.bytes;
    this.#startMs = cache.durationMs;
    this.#enter(cache);
  }

  /** The batch is already in the cache. */
  push(batch: Batch<P>): void {
    if (this.#state === 'waiting') {
      this.start();
      if (this.isWaiting) this.droppedTags += batch.tagCount;
    } else if (this.#state === 'playing') {
      this.#enqueue(batch);
      this.#flush();
      if (this.#queue.length > 0 && this.#isOverLimit(batch)) this.#skip();
    }
  }

  pause(): void {
    if (this.#state !== 'playing' && this.#state !== 'waiting') return;
    this.#forget();
    this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'waiting';
    this.#groupMs = null;
    this.start();
  }

  /** The stream has ended; the rest of the queue is still sent. */
  end(): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#state = 'ending';
    this.#flush();
  }

  /** The stream can no longer be played. */
  fail(error: unknown): void {
    if (this.#state === 'gone') return;
    this.leave();
    this.#sink.onError(error);
  }

  /** The connection is closed. */
  leave(): void {
    this.#state = 'gone';
    this.#forget();
  }

  stall(): void {
    this.#sink.onStalled();
  }

  #isAhead({ isEmpty, startMs }: GopCache<P>): boolean {
    const groupMs = this.#queue.at(-1)?.groupMs ?? this.#groupMs;
    return !isEmpty && (groupMs === null || startMs > groupMs);
  }

  #enter(cache: GopCache<P>): void {
    for (const batch of cache.entry(!this.#hasHeader)) this.#enqueue(batch);
    this.#hasHeader = true;
    this.#state = 'playing';
    this.#flush();
  }

  #enqueue(batch: Batch<P>): void {
    this.#queue.push(batch);
    this.#queuedBytes += batch.packed.bytes.length;
  }

  #isOverLimit(newest: Batch<P>): boolean {
    const { maxQueueBytes, maxQueueMs } = this.#limits;
    const heldMs = newest.dtsMs - (this.#queue[0] ?? newest).firstMs;
    return this.#queuedBytes > maxQueueBytes + this.#startBytes || heldMs > maxQueueMs + this.#startMs;
  }

  /** Skips to the newest key frame if it is ahead of the player and leaves room in the queue; otherwise waits for the next one. */
  #skip(): void {
    const cache = this.#cache;
    for (const { tagCount } of this.#queue) this.droppedTags += tagCount;
    this.#forget();
    this.#state = 'waiting';
    this.#startBytes = 0;
    this.#startMs = 0;
    if (cache && this.#isAhead(cache) && cache.bytes < this.#limits.maxQueueBytes && cache.durationMs < this.#limits.maxQueueMs)
      this.#enter(cache);
  }

  #forget(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #flush(): void {
    const { socket, onEnd } = this.#sink;
    while (socket.writable && socket.writableLength < IN_FLIGHT_BYTES) {
      const batch = this.#queue.shift();
      if (!batch) break;
      this.#queuedBytes -= batch.packed.bytes.length;
      this.#write(batch);
    }
    if (this.#state !== 'ending' || this.#queue.length > 0 || this.#inFlight > 0) return;
    this.#state = 'gone';
    onEnd();
  }

  #write({ packed, groupMs }: Batch<P>): void {
    const { socket, pick, admission } = this.#sink;
    const bytes = pick(packed);
    admission.bytes += bytes.length;
    this.#groupMs = groupMs;
    if (this.#inFlight++ === 0) this.#progressAtMs = performance.now();
    socket.write(bytes, this.#onTaken);
  }

  readonly #onTaken = (): void => {
    if (--this.#inFlight > 0) this.#progressAtMs = performance.now();
    if (this.#queue.length > 0 || this.#state === 'ending') this.#flush();
  };
}
