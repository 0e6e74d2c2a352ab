import type { Log } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { encodeAmf, makeTag } from '../../media/formats/index.js';
import { Stream, type MediaTag } from '../stream/index.js';
import { takes, type AcceptedCodecs } from './acceptedCodecs.js';
import type { ConversionPool } from './ConversionPool.js';
import { SourceFollower } from './SourceFollower.js';

export interface RenditionOptions {
  source: Stream;
  accepts: AcceptedCodecs;
  pool: ConversionPool;
  /** How long it outlives its last reader, ms. */
  lingerMs: number;
  log: Log;
  onEnded: () => void;
}

/** The rendition reads without delay, so only an overloaded process reaches these limits. */
const QUEUE = { maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 10_000, startWithGop: true };

/**
 * A stream in the form that one kind of reader can play. Tags pass by reference while they fit; otherwise they come from a conversion.
 * Readers see one stream on one timeline, whatever the publisher changes.
 */
export class Rendition {
  readonly stream: Stream;
  /** Resolves when the end has reached its readers. */
  readonly ended: Promise<void>;
  readonly #options: RenditionOptions;
  readonly #abort = new AbortController();
  #linger: NodeJS.Timeout | null = null;

  constructor(options: RenditionOptions) {
    this.#options = options;
    const { source } = options;
    this.stream = new Stream(source, { startedAtMs: source.startedAtMs, onUsed: (isUsed) => this.#onUsed(isUsed) });
    this.#onUsed(false);
    this.ended = this.#run();
  }

  close(reason: string): void {
    this.#abort.abort(new Error(reason));
  }

  async #run(): Promise<void> {
    const { source, accepts, log, onEnded } = this.#options;
    let failure: Error | null = null;
    try {
      await this.#follow();
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        log.warn({ err: error, stream: source.key, target: accepts.target }, 'rendition failed');
        failure = toLianmaiError(error);
      }
    }
    if (this.#linger) clearTimeout(this.#linger);
    onEnded();
    this.stream.end(failure);
  }

  async #follow(): Promise<void> {
    const { source, accepts, pool } = this.#options;
    const follower = await SourceFollower.open({
      source,
      lease: () => pool.lease(source, accepts),
      takes: (tag) => takes(accepts, tag),
      onConversion: () => this.#clearMetadata(),
      queue: { name: `rendition of ${source.key}`, ...QUEUE },
      signal: this.#abort.signal,
    });
    try {
      for (let tags = await follower.read(); tags; tags = await follower.read()) this.#write(tags);
    } finally {
      follower.close('rendition ends');
    }
  }

  #write(tags: readonly MediaTag[]): void {
    for (const tag of tags) this.stream.write(tag);
  }

  /** Replaces the metadata, which names the source's codecs, with an empty object. */
  #clearMetadata(): void {
    if (this.stream.preamble.metadata) this.stream.write(makeTag('data', this.stream.lastDtsMs ?? 0, encodeAmf('onMetaData', {})));
  }

  #onUsed(isUsed: boolean): void {
    if (this.#linger) clearTimeout(this.#linger);
    this.#linger = isUsed ? null : setTimeout(() => this.close('no reader is left'), this.#options.lingerMs);
  }
}
