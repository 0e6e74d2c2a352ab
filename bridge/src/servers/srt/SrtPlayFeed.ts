import type { OpenRendition } from '../../hub/renditions/index.js';
import { encodeTags, type MediaTag, type Reader, type Stream } from '../../hub/stream/index.js';

/** As long as a group of pictures may be that a stream keeps for instant starts. */
const QUEUE_LIMITS = { maxQueueBytes: 48 * 1024 * 1024, maxQueueMs: 25_000 };
/** On the way to the thread. While more is, the reader's own bounded queue holds it. */
const MAX_UNTAKEN_BYTES = 8 * 1024 * 1024;

export interface FeedOptions {
  /** The stream as TS can carry it; throws UNSUPPORTED where there is no way. */
  openRendition: (stream: Stream) => OpenRendition;
  onMedia: (bytes: ArrayBuffer) => void;
  /** The stream is over, or cannot be played any more. */
  onEnd: () => void;
}

/** Reads a stream once for all its SRT players. */
export class SrtPlayFeed {
  readonly id: number;
  readonly stream: Stream;
  readonly players = new Set<number>();
  readonly #options: FeedOptions;
  readonly #abort = new AbortController();
  #untakenBytes = 0;
  #resume: (() => void) | null = null;

  constructor(id: number, stream: Stream, options: FeedOptions) {
    this.id = id;
    this.stream = stream;
    this.#options = options;
    const first = options.openRendition(stream);
    void this.#run(first)
      .catch(() => undefined)
      .finally(() => options.onEnd());
  }

  taken(bytes: number): void {
    this.#untakenBytes -= bytes;
    if (this.#untakenBytes <= MAX_UNTAKEN_BYTES) this.#wake();
  }

  close(): void {
    this.#abort.abort(new Error('no players'));
    this.#wake();
  }

  /** One rendition after another: a publisher may come back with other codecs. */
  async #run(first: OpenRendition): Promise<void> {
    let isFirst = true;
    for (let rendition = first; ; rendition = this.#options.openRendition(this.stream)) {
      const isOver = await this.#relay(rendition, isFirst).finally(() => rendition.close());
      if (isOver) return;
      isFirst = false;
    }
  }

  /** True when there is nothing more to come; false when another rendition is needed. */
  async #relay({ stream, changed }: OpenRendition, startWithGop: boolean): Promise<boolean> {
    const reader = stream.createReader({ name: 'srt players', startWithGop, ...QUEUE_LIMITS });
    const signal = AbortSignal.any([this.#abort.signal, changed]);
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) await this.#pass(tags);
      return true;
    } catch (error) {
      if (this.#abort.signal.aborted || !changed.aborted) throw error;
      return false;
    } finally {
      endReader(reader);
    }
  }

  async #pass(tags: readonly MediaTag[]): Promise<void> {
    const bytes = encodeTags(tags);
    this.#untakenBytes += bytes.byteLength;
    this.#options.onMedia(bytes);
    while (this.#untakenBytes > MAX_UNTAKEN_BYTES && !this.#abort.signal.aborted) {
      await new Promise<void>((resolve) => (this.#resume = resolve));
    }
  }

  #wake(): void {
    this.#resume?.();
    this.#resume = null;
  }
}

const endReader = (reader: Reader) => void reader.close('feed ended');
