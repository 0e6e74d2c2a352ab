import type { MediaTag, Reader, ReaderOptions, ReaderStats } from './streamContract.js';
import type { Preamble, Stream } from './Stream.js';

type PreamblePart = keyof Preamble;
const PREAMBLE_PARTS: readonly PreamblePart[] = ['metadata', 'video', 'audio'];

/**
 * A reader with its own bounded queue. States: not started (before the first `read`), waiting for an entry point, queueing, ended. The
 * stream pushes without waiting; on overflow the queue is cut to its last key frame, or emptied until the next one.
 */
export class QueueReader implements Reader {
  readonly stats: ReaderStats = { bytes: 0, droppedTags: 0, queuedBytes: 0 };
  readonly #stream: Stream;
  readonly #options: ReaderOptions;
  #queue: MediaTag[] = [];
  /** Metadata and codec configs that this reader has received or queued. Newer ones are inserted before its next entry point. */
  #delivered: Preamble = { metadata: null, video: null, audio: null };
  #state: 'idle' | 'waitingForEntry' | 'queueing' | 'ended' = 'idle';
  #failure: Error | null = null;
  #wake: (() => void) | undefined;
  /** The signal of the reads so far. Adding a listener for each wait would cost more than the wait. */
  #signal: AbortSignal | null = null;

  constructor(stream: Stream, options: ReaderOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  async read(signal: AbortSignal): Promise<MediaTag[] | null> {
    signal.throwIfAborted();
    this.#heed(signal);
    if (this.#state === 'idle') this.#start();
    while (this.#queue.length === 0) {
      signal.throwIfAborted();
      if (this.#state === 'ended') return this.#finish();
      await this.#nextChange();
    }
    const tags = this.#queue;
    this.#queue = [];
    this.stats.bytes += this.stats.queuedBytes;
    this.stats.queuedBytes = 0;
    return tags;
  }

  /** Called by the stream. Queues or drops the tag without blocking. */
  push(tag: MediaTag): void {
    if (this.#state === 'waitingForEntry') {
      if (!this.#stream.isEntry(tag)) {
        if (tag.kind !== 'data' && !tag.isConfig) this.stats.droppedTags++;
        return;
      }
      this.#enterAt(tag);
    }
    this.#enqueue(tag);
    if (this.#isOverLimit(tag)) this.#skipToKeyFrame();
    this.#wakeUp();
  }

  /** Called by the stream when it ends. The reader drains its queue first; then `read` throws `failure`, if any. */
  end(failure: Error | null = null): void {
    this.#state = 'ended';
    this.#failure = failure;
    this.#wakeUp();
  }

  close(): void {
    this.#stream.detach(this);
    this.#queue = [];
    this.stats.queuedBytes = 0;
    this.#heed(null);
    this.end();
  }

  #finish(): null {
    if (this.#failure) throw this.#failure;
    return null;
  }

  #start(): void {
    this.#state = 'waitingForEntry';
    const gop = this.#options.startWithGop ? this.#stream.gop : [];
    for (const tag of gop) this.push(tag);
    this.stats.droppedTags = 0;
    this.#stream.attach(this);
  }

  #enterAt(entry: MediaTag): void {
    this.#state = 'queueing';
    for (const slot of PREAMBLE_PARTS) {
      const tag = this.#stream.preamble[slot];
      if (tag && tag !== this.#delivered[slot]) this.#enqueue({ ...tag, dtsMs: entry.dtsMs }, tag);
    }
  }

  #enqueue(tag: MediaTag, original = tag): void {
    this.#queue.push(tag);
    this.stats.queuedBytes += tag.body.length;
    for (const slot of PREAMBLE_PARTS) if (this.#stream.preamble[slot] === original) this.#delivered[slot] = original;
  }

  #isOverLimit(newest: MediaTag): boolean {
    const { maxQueueBytes, maxQueueMs } = this.#options;
    const oldest = this.#queue[0];
    return this.stats.queuedBytes > maxQueueBytes || (oldest !== undefined && newest.dtsMs - oldest.dtsMs > maxQueueMs);
  }

  /** Keeps everything from the last key frame on, unless that is the whole queue; otherwise waits for the next key frame. */
  #skipToKeyFrame(): void {
    const dropped = this.#queue;
    const last = dropped.findLastIndex((tag) => this.#stream.isEntry(tag));
    const firstMedia = dropped.findIndex((tag) => tag.kind !== 'data' && !tag.isConfig);
    const kept = last > firstMedia ? dropped.slice(last) : [];
    this.#queue = [];
    this.stats.queuedBytes = 0;
    this.stats.droppedTags += dropped.length - kept.length;
    this.#delivered = { metadata: null, video: null, audio: null };
    this.#state = 'waitingForEntry';
    const entry = kept[0];
    if (!entry) return;
    this.#enterAt(entry);
    for (const tag of kept) this.#enqueue(tag);
    const newest = kept.at(-1);
    if (newest && this.#isOverLimit(newest)) this.#dropAll();
  }

  #dropAll(): void {
    this.stats.droppedTags += this.#queue.length;
    this.#queue = [];
    this.stats.queuedBytes = 0;
    this.#delivered = { metadata: null, video: null, audio: null };
    this.#state = 'waitingForEntry';
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #wakeUp = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  #heed(signal: AbortSignal | null): void {
    if (signal === this.#signal) return;
    this.#signal?.removeEventListener('abort', this.#wakeUp);
    this.#signal = signal;
    signal?.addEventListener('abort', this.#wakeUp);
  }
}
