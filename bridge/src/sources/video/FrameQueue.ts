import { FPS } from '@lianmai/protocol';
import type { Frame } from '../contract.js';
import type { TrackClock } from '../sync.js';
import type { FramePool } from './FramePool.js';
import type { RawFrame } from './FrameReader.js';

/** When a picture was taken, on the clock of its stream. */
export interface FrameTime {
  clock: TrackClock;
  mediaMs: number;
}

interface QueuedFrame extends FrameTime {
  frame: RawFrame;
}

const HALF_TICK_MS = 500 / FPS;
/** Enough for the longest delay at 30 fps (450 ms); at 60 fps the oldest go. */
const MAX_FRAMES = 18;
const MAX_BYTES = 48 << 20;
/** A picture that would play later than any delay allows has a clock that broke. */
const MAX_AHEAD_MS = 1000;
const STALE_MS = 2000;

/** Decoded pictures until their time has come, and the one that is shown. */
export class FrameQueue {
  readonly #pool: FramePool;
  readonly #queued: QueuedFrame[] = [];
  #queuedBytes = 0;
  #shown: Frame | null = null;
  #sequence = 0;
  #newestAtMs = -Infinity;

  constructor(pool: FramePool) {
    this.#pool = pool;
  }

  get size(): { width: number; height: number } | null {
    const frame = this.#queued.at(-1)?.frame ?? this.#shown;
    return frame && { width: frame.width, height: frame.height };
  }

  push(frame: RawFrame, time: FrameTime, nowMs: number): void {
    this.#newestAtMs = nowMs;
    const newest = this.#queued.at(-1);
    // A better spatial layer of the same picture.
    if (newest?.clock === time.clock && newest.mediaMs === time.mediaMs) this.#release(this.#queued.pop());
    this.#queued.push({ frame, ...time });
    this.#queuedBytes += frame.data.length;
    while (this.#queued.length > MAX_FRAMES || (this.#queuedBytes > MAX_BYTES && this.#queued.length > 1))
      this.#release(this.#queued.shift());
  }

  /** The newest that is due at `atMs`, else the last one; null when none came for 2 s. `shiftMs` says what to add to a stream's time. */
  at(atMs: number, shiftMs: (clock: TrackClock) => number | null): Frame | null {
    const dueMs = atMs + HALF_TICK_MS;
    for (let next = this.#queued[0]; next; next = this.#queued[0]) {
      const playsAtMs = next.mediaMs + (shiftMs(next.clock) ?? -Infinity);
      if (playsAtMs > dueMs && playsAtMs < dueMs + MAX_AHEAD_MS) break;
      this.#queued.shift();
      this.#show(next);
    }
    return atMs - this.#newestAtMs > STALE_MS ? null : this.#shown;
  }

  #show({ frame }: QueuedFrame): void {
    this.#queuedBytes -= frame.data.length;
    if (this.#shown) this.#pool.give(this.#shown.data);
    this.#shown = { width: frame.width, height: frame.height, data: frame.data, sequence: ++this.#sequence };
  }

  #release(dropped: QueuedFrame | undefined): void {
    if (!dropped) return;
    this.#queuedBytes -= dropped.frame.data.length;
    this.#pool.give(dropped.frame.data);
  }
}
