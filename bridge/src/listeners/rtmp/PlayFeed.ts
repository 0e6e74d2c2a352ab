import { delay, type Log } from '@lianmai/kit';
import type { Stream } from '../../stream/index.js';
import { PlayGroup } from './PlayGroup.js';
import type { PlayQueue } from './PlayQueue.js';

/** Never reached: this reader takes everything at once. */
const READER = { name: 'rtmp', maxQueueBytes: 64 * 1024 * 1024, maxQueueMs: 60_000, startWithGop: true };
const WATCH_MS = 1000;

export interface Seat {
  queue: PlayQueue;
  /** It takes nothing any more. */
  onStalled: () => void;
}

/** All RTMP players of one stream: reads it once, makes its chunks once, and hands the same bytes to each. Runs while there are players. */
export class PlayFeed {
  readonly group = new PlayGroup();
  readonly #stream: Stream;
  readonly #batchMs: number;
  readonly #seats = new Set<Seat>();
  readonly #running = new AbortController();
  #onEmpty: () => void;

  constructor(stream: Stream, { batchMs, log, onOver }: { batchMs: number; log: Log; onOver: () => void }) {
    this.#stream = stream;
    this.#batchMs = batchMs;
    this.#onEmpty = () => {
      onOver(); // at once: who comes now gets a feed that runs
      this.#running.abort(new Error('no players'));
    };
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    this.#read()
      .catch((error: unknown) => {
        if (!this.#running.signal.aborted) log.error({ err: error, stream: stream.key }, 'RTMP players cannot be served');
      })
      .finally(() => {
        onOver();
        for (const { queue } of this.#seats) queue.end();
        if (this.#seats.size === 0) clearInterval(watch);
        else this.#onEmpty = () => clearInterval(watch);
      });
  }

  get playerCount(): number {
    return this.#seats.size;
  }

  join(seat: Seat): void {
    this.#seats.add(seat);
    seat.queue.start(this.group);
  }

  leave(seat: Seat): void {
    seat.queue.leave();
    if (this.#seats.delete(seat) && this.#seats.size === 0) this.#onEmpty();
  }

  async #read(): Promise<void> {
    const { signal } = this.#running;
    const reader = this.#stream.createReader(READER);
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
        for (const batch of this.group.add(tags)) for (const { queue } of this.#seats) queue.push(batch, this.group);
        if (this.#batchMs > 0) await delay(this.#batchMs, signal);
      }
    } finally {
      void reader.close('no players');
    }
  }

  #watch(): void {
    for (const seat of this.#seats) if (seat.queue.isStalled) seat.onStalled();
  }
}

/** The feeds of all streams that have RTMP players. */
export class PlayFeeds {
  readonly #feeds = new Map<Stream, PlayFeed>();
  readonly #options: { batchMs: number; log: Log };

  constructor(options: { batchMs: number; log: Log }) {
    this.#options = options;
  }

  get playerCount(): number {
    return [...this.#feeds.values()].reduce((sum, { playerCount }) => sum + playerCount, 0);
  }

  of(stream: Stream): PlayFeed {
    const existing = this.#feeds.get(stream);
    if (existing) return existing;
    const feed: PlayFeed = new PlayFeed(stream, {
      ...this.#options,
      onOver: () => {
        if (this.#feeds.get(stream) === feed) this.#feeds.delete(stream);
      },
    });
    this.#feeds.set(stream, feed);
    return feed;
  }
}
