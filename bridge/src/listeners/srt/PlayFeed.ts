import { packTags, type Stream } from '../../stream/index.js';

/** As long as a group of pictures may be that a stream keeps for instant starts. */
const QUEUE_LIMITS = { maxQueueBytes: 48 * 1024 * 1024, maxQueueMs: 25_000 };
/** On the way to the thread. While more is, the reader's own bounded queue holds it. */
const MAX_UNTAKEN_BYTES = 8 * 1024 * 1024;

export interface FeedEvents {
  onMedia: (bytes: ArrayBuffer) => void;
  /** The stream is over. */
  onEnd: () => void;
}

/** Reads a stream once for all its SRT players. */
export class PlayFeed {
  readonly id: number;
  readonly stream: Stream;
  readonly players = new Set<number>();
  readonly #abort = new AbortController();
  #untakenBytes = 0;
  #resume: (() => void) | null = null;

  constructor(id: number, stream: Stream, events: FeedEvents) {
    this.id = id;
    this.stream = stream;
    void this.#run(events)
      .catch(() => undefined)
      .finally(() => events.onEnd());
  }

  taken(bytes: number): void {
    this.#untakenBytes -= bytes;
    if (this.#untakenBytes <= MAX_UNTAKEN_BYTES) this.#wake();
  }

  close(): void {
    this.#abort.abort(new Error('no players'));
    this.#wake();
  }

  async #run({ onMedia }: FeedEvents): Promise<void> {
    const reader = this.stream.createReader({ name: 'srt players', startWithGop: true, ...QUEUE_LIMITS });
    const { signal } = this.#abort;
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
        const bytes = packTags(tags);
        this.#untakenBytes += bytes.byteLength;
        onMedia(bytes);
        while (this.#untakenBytes > MAX_UNTAKEN_BYTES && !signal.aborted) await new Promise<void>((resolve) => (this.#resume = resolve));
      }
    } finally {
      void reader.close('feed ended');
    }
  }

  #wake(): void {
    this.#resume?.();
    this.#resume = null;
  }
}
