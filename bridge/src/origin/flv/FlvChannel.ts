import { delay } from '@lianmai/kit';
import type { MediaTag, Stream } from '../../stream/index.js';
import { FlvPlayer, type PlayerLimits, type PlayerOptions } from './FlvPlayer.js';
import { GroupCache } from './GroupCache.js';

export interface ChannelOptions extends PlayerLimits {
  /** Tags are collected for this long and written at once: what costs is the number of writes. 0: every tag as it comes. */
  batchMs: number;
}

/** What players of one format get instead of the stream itself, when they could not play that. */
export interface Rendition {
  stream: Stream;
  /** Aborts when it does not fit any more: the publisher has come back with other codecs. */
  changed?: AbortSignal;
  close(): void;
}

/** The codecs of a stream that has just begun are awaited this long, so that the file's header tells the truth. */
const SETTLE_MS = 1000;
/** Never reached: this reader takes everything at once. */
const READER = { name: 'flv', maxQueueBytes: 64 * 1024 * 1024, maxQueueMs: 60_000 };

/** All FLV players of one stream: reads it once, joins its tags once, and writes the same bytes to each. Runs while there are players. */
export class FlvChannel {
  /** Since the first player. */
  readonly stats = { batches: 0 };
  readonly #open: () => Rendition;
  readonly #options: ChannelOptions;
  readonly #players = new Set<FlvPlayer>();
  #cache: GroupCache | null = null;
  #running: AbortController | null = null;

  /** `open` is called when the first player comes. */
  constructor(open: () => Rendition, options: ChannelOptions) {
    this.#open = open;
    this.#options = options;
  }

  get playerCount(): number {
    return this.#players.size;
  }

  get queuedBytes(): number {
    return [...this.#players].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  /** Plays until the undo that it answers is called, which tells how many tags this player has missed. Failures of the stream go to `onError`. */
  join(options: Omit<PlayerOptions, keyof PlayerLimits>, onError: (error: unknown) => void): () => number {
    const cache = this.#cache ?? this.#run(onError);
    const player = new FlvPlayer(cache, { ...options, ...this.#options });
    this.#players.add(player);
    if (this.#isSettled(cache)) player.start();
    return () => {
      this.#leave(player);
      return player.droppedTags;
    };
  }

  #leave(player: FlvPlayer): void {
    if (!this.#players.delete(player)) return;
    player.leave();
    if (this.#players.size === 0) this.#stop();
  }

  #stop(): void {
    this.#running?.abort(new Error('no players'));
    this.#running = null;
    this.#cache = null;
  }

  #run(onError: (error: unknown) => void): GroupCache {
    const first = this.#open();
    const running = new AbortController();
    const cache = new GroupCache(first.stream);
    this.#cache = cache;
    this.#running = running;
    this.#follow(first, cache, running.signal)
      .catch((error: unknown) => {
        if (!running.signal.aborted) onError(error);
      })
      .finally(() => {
        if (this.#running === running) this.#endAll();
      })
      .catch(onError);
    return cache;
  }

  /** Until the stream ends; from one rendition to the next. */
  async #follow(first: Rendition, cache: GroupCache, signal: AbortSignal): Promise<void> {
    for (let rendition: Rendition | null = first; rendition; rendition = this.#open()) {
      const { stream, changed } = rendition;
      cache.stream = stream;
      try {
        await this.#read(stream, { cache, startWithGop: rendition === first }, changed ? AbortSignal.any([signal, changed]) : signal);
        return;
      } catch (error) {
        if (signal.aborted || changed?.aborted !== true) throw error;
      } finally {
        rendition.close();
      }
    }
  }

  async #read(stream: Stream, { cache, startWithGop }: { cache: GroupCache; startWithGop: boolean }, signal: AbortSignal): Promise<void> {
    const reader = stream.createReader({ ...READER, startWithGop });
    const { batchMs } = this.#options;
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
        const nextAtMs = performance.now() + batchMs;
        this.#deliver(tags, cache);
        // What the writes took counts: many players do not make the pauses longer.
        if (batchMs > 0) await delay(Math.max(0, nextAtMs - performance.now()), signal);
      }
    } finally {
      void reader.close('no FLV players');
    }
  }

  #deliver(tags: readonly MediaTag[], cache: GroupCache): void {
    for (const batch of cache.add(tags)) {
      this.stats.batches++;
      const canStart = this.#isSettled(cache);
      for (const player of this.#players) if (canStart || !player.isWaiting) player.push(batch);
    }
  }

  #isSettled(cache: GroupCache): boolean {
    return cache.hasBothKinds || Date.now() - cache.stream.startedAtMs > SETTLE_MS;
  }

  #endAll(): void {
    this.#running = null;
    this.#cache = null;
    for (const player of this.#players) player.end();
  }
}
