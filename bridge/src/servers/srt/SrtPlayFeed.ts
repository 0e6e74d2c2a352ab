import { encodeTags, type MediaTag, type Stream } from '../../hub/stream/index.js';

/** Larger than the longest GOP that a stream keeps for instant starts. */
const QUEUE_LIMITS = { maxQueueBytes: 48 * 1024 * 1024, maxQueueMs: 25_000 };
/** Maximum bytes in transit to the SRT thread; beyond that, the reader's own bounded queue holds the media. */
const MAX_BYTES_IN_TRANSIT = 8 * 1024 * 1024;

export interface SrtPlayFeedOptions {
  onMedia: (bytes: ArrayBuffer) => void;
  /** Called when the stream has ended or can no longer be played. */
  onEnd: () => void;
}

/** Reads a stream once for all its SRT players and passes it to the SRT thread. */
export class SrtPlayFeed {
  readonly id: number;
  readonly stream: Stream;
  readonly players = new Set<number>();
  readonly #options: SrtPlayFeedOptions;
  readonly #abort = new AbortController();
  #bytesInTransit = 0;
  #resume: (() => void) | null = null;

  constructor(id: number, stream: Stream, options: SrtPlayFeedOptions) {
    this.id = id;
    this.stream = stream;
    this.#options = options;
    void this.#run()
      .catch(() => undefined)
      .finally(() => options.onEnd());
  }

  acknowledge(bytes: number): void {
    this.#bytesInTransit -= bytes;
    if (this.#bytesInTransit <= MAX_BYTES_IN_TRANSIT) this.#wake();
  }

  close(): void {
    this.#abort.abort(new Error('no players'));
    this.#wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const reader = this.stream.createReader({ name: 'srt players', startWithGop: true, ...QUEUE_LIMITS });
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) await this.#pass(tags);
    } finally {
      void reader.close('SRT play feed ended');
    }
  }

  async #pass(tags: readonly MediaTag[]): Promise<void> {
    const bytes = encodeTags(tags);
    this.#bytesInTransit += bytes.byteLength;
    this.#options.onMedia(bytes);
    while (this.#bytesInTransit > MAX_BYTES_IN_TRANSIT && !this.#abort.signal.aborted) {
      await new Promise<void>((resolve) => (this.#resume = resolve));
    }
  }

  #wake(): void {
    this.#resume?.();
    this.#resume = null;
  }
}
