import { FPS } from '@lianmai/protocol';
import type { Frame } from '../sourceContract.js';
import type { FrameTime, TrackClock } from '../../../media/rtp/index.js';
import type { FramePool } from './FramePool.js';
import type { RawFrame } from './RawFrameReader.js';

interface QueuedFrame extends FrameTime {
  frame: RawFrame;
}

const HALF_TICK_MS = 500 / FPS;
/** A frame between two that are closer together than this (60 fps) would never be seen at 30 fps. */
const LEAST_SPAN_MS = 40;
/** Enough for the longest delay (450 ms) at 50 fps. */
const MAX_FRAMES = 24;
const MAX_BYTES = 64 << 20;
/** A frame that would play later than any delay allows has a broken clock. */
const MAX_AHEAD_MS = 1000;
const STALE_MS = 2000;

/** Decoded frames that wait for their playout time, and the frame currently shown. */
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
    if (this.#isNewestSpare(time)) this.#release(this.#queued.pop());
    this.#queued.push({ frame, ...time });
    this.#queuedBytes += frame.data.length;
  }

  /** Returns the newest frame due at `atMs`, else the last one; null when none arrived for 2 s. `shiftMs` returns what to add to a stream's media time. */
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

  /**
   * The newest frame is not needed when the next one is a better layer of the same frame, follows too closely, or there is no room (older ones are due
   * first).
   */
  #isNewestSpare({ clock, mediaMs }: FrameTime): boolean {
    const newest = this.#queued.at(-1);
    const before = this.#queued.at(-2);
    if (!newest) return false;
    if (newest.clock === clock && newest.mediaMs === mediaMs) return true;
    if (before?.clock === clock && mediaMs > before.mediaMs && mediaMs - before.mediaMs < LEAST_SPAN_MS) return true;
    return this.#queued.length >= MAX_FRAMES || this.#queuedBytes >= MAX_BYTES;
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
