import { delay } from '@lianmai/kit';
import type { MediaTag, Stream } from '../../hub/stream/index.js';
import type { FanoutPoolOptions, Packed } from './fanoutContract.js';
import { GopCache } from './GopCache.js';
import type { PlayerQueue } from './PlayerQueue.js';

/** Never reached, because this reader reads without delay. */
const READER = { maxQueueBytes: 64 * 1024 * 1024, maxQueueMs: 60_000, startWithGop: true };
const WATCH_MS = 1000;

/**
 * Serves all players of one stream: reads it once, packs its tags once, and gives every player the same buffers. Runs while there are
 * players.
 */
export class Fanout<P extends Packed> {
  readonly stats = { batches: 0 };
  readonly #stream: Stream;
  readonly #options: FanoutPoolOptions<P>;
  readonly #cache: GopCache<P>;
  readonly #players = new Set<PlayerQueue<P>>();
  readonly #running = new AbortController();
  readonly #watching: NodeJS.Timeout;
  readonly #onClosed: () => void;

  /** `onClosed`: new players need a new Fanout. */
  constructor(stream: Stream, options: FanoutPoolOptions<P>, onClosed: () => void) {
    this.#stream = stream;
    this.#options = options;
    this.#cache = new GopCache(options.packer);
    this.#onClosed = onClosed;
    this.#watching = setInterval(() => this.#watch(), WATCH_MS);
    void this.#serve();
  }

  join(player: PlayerQueue<P>): void {
    this.#players.add(player);
    player.attach(this.#cache);
    if (this.#isSettled) player.start();
  }

  leave(player: PlayerQueue<P>): void {
    if (!this.#players.delete(player) || this.#players.size > 0) return;
    this.#onClosed();
    clearInterval(this.#watching);
    this.#running.abort(new Error('no players'));
  }

  async #serve(): Promise<void> {
    try {
      await this.#read();
      this.#onClosed();
      for (const player of this.#players) player.end();
    } catch (error) {
      this.#onClosed();
      if (this.#running.signal.aborted) return;
      const { name, log } = this.#options;
      log.warn({ err: error, stream: this.#stream.key, protocol: name }, 'fan-out failed; its players are disconnected');
      for (const player of this.#players) player.fail(error);
    }
  }

  async #read(): Promise<void> {
    const { name, batchMs } = this.#options;
    const { signal } = this.#running;
    const reader = this.#stream.createReader({ ...READER, name });
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
        const nextAtMs = performance.now() + batchMs;
        this.#deliver(tags);
        // The pause includes the time for the writes, so more players do not lengthen it.
        if (batchMs > 0) await delay(Math.max(0, nextAtMs - performance.now()), signal);
      }
    } finally {
      void reader.close('no players');
    }
  }

  #deliver(tags: readonly MediaTag[]): void {
    for (const batch of this.#cache.add(tags)) {
      this.stats.batches++;
      const canStart = this.#isSettled;
      for (const player of this.#players) if (canStart || !player.isWaiting) player.push(batch);
    }
  }

  get #isSettled(): boolean {
    const { settleMs } = this.#options.packer;
    return settleMs === 0 || this.#cache.hasBothKinds || this.#stream.ageMs > settleMs;
  }

  #watch(): void {
    for (const player of this.#players) if (player.isStalled) player.stall();
  }
}
