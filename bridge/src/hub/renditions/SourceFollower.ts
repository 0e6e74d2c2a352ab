import { LianmaiError } from '@lianmai/protocol';
import { nowMs } from '../../runtime/index.js';
import type { MediaTag, Reader, ReaderOptions, Stream } from '../stream/index.js';
import type { ConversionLease } from './ConversionPool.js';
import { waitForTracks } from './waitForTracks.js';

export interface SourceFollowerOptions {
  source: Stream;
  /** Throws UNSUPPORTED if the source cannot be converted. */
  lease: () => ConversionLease;
  /** Whether readers can play this tag unchanged. */
  takes: (tag: MediaTag) => boolean;
  /** Called before the first tag of a conversion. */
  onConversion: () => void;
  queue: ReaderOptions;
  /** Aborts the follower; a pending `read` rejects with the signal's reason. */
  signal: AbortSignal;
}

/** A conversion that ends on its own sooner than this counts as a breakdown; readers may retry later. */
const BREAKDOWN_MS = 1000;

/**
 * Reads a source or its conversion, one lease after another on one timeline, whatever the publisher changes. Nothing already read is
 * delivered again.
 */
export class SourceFollower {
  readonly #options: SourceFollowerOptions;
  #lease: ConversionLease;
  #reader: Reader;
  /** Tags read before the needed conversion was known. */
  #early: MediaTag[];
  #limit: AbortSignal;
  #openedAtMs = nowMs();
  #lastMs = -Infinity;
  #isMisfit = false;
  /** After a change: configs held back until the entry point at or past `#lastMs`. */
  #skipped: MediaTag[] | null = null;
  #isClosed = false;

  private constructor(options: SourceFollowerOptions, reader: Reader, early: MediaTag[]) {
    this.#options = options;
    this.#lease = options.lease();
    this.#reader = reader;
    this.#early = early;
    if (this.#lease.stream !== options.source) this.#readConversion();
    this.#limit = AbortSignal.any([options.signal, this.#lease.changed]);
  }

  /** Resolves when the source's tracks are known. Rejects with UNSUPPORTED if it cannot be converted. */
  static async open(options: SourceFollowerOptions): Promise<SourceFollower> {
    const reader = options.source.createReader(options.queue);
    try {
      return new SourceFollower(options, reader, await readUntilKnown(options, reader));
    } catch (error) {
      void reader.close('the source cannot be followed');
      throw error;
    }
  }

  /**
   * Resolves with null at the end of the source. Rejects with UNSUPPORTED if it can no longer be converted, and with INTERNAL when the
   * conversion breaks down.
   */
  async read(): Promise<MediaTag[] | null> {
    for (;;) {
      if (this.#isMisfit) this.#leaseNext();
      const tags = await this.#readOnce();
      const fitting = tags && this.#enter(this.#untilMisfit(tags));
      if (fitting?.length) return fitting;
      if (tags) continue;
      if (this.#isClosed || this.#options.source.isEnded) return null;
      this.#leaseAfterBreakdown();
    }
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    void this.#reader.close(reason);
    this.#lease.close();
  }

  /** Returns an empty list when the lease no longer fits. */
  async #readOnce(): Promise<MediaTag[] | null> {
    const early = this.#early;
    this.#early = [];
    if (early.length > 0) return early;
    try {
      return await this.#reader.read(this.#limit);
    } catch (error) {
      if (this.#options.signal.aborted || !this.#lease.changed.aborted) throw error;
      this.#isMisfit = true;
      return [];
    }
  }

  #leaseNext(): void {
    const { source, queue, signal, lease } = this.#options;
    void this.#reader.close('the source has changed');
    this.#lease.close();
    this.#lease = lease();
    this.#limit = AbortSignal.any([signal, this.#lease.changed]);
    this.#openedAtMs = nowMs();
    this.#isMisfit = false;
    this.#skipped = [];
    if (this.#lease.stream === source) this.#reader = source.createReader(queue);
    else this.#readConversion();
  }

  #readConversion(): void {
    void this.#reader.close('a conversion is read instead');
    this.#early = [];
    this.#reader = this.#lease.stream.createReader(this.#options.queue);
    this.#options.onConversion();
  }

  /** The conversion ended before its source: either no conversion is possible any more, which the next lease reports, or it broke down. */
  #leaseAfterBreakdown(): void {
    const wasBrief = nowMs() - this.#openedAtMs < BREAKDOWN_MS;
    this.#leaseNext();
    if (wasBrief) throw new LianmaiError('INTERNAL', undefined, { message: 'The stream cannot be converted at the moment.' });
  }

  /** Reacts to an unplayable config immediately; `changed` would abort a few frames later. */
  #untilMisfit(tags: MediaTag[]): MediaTag[] {
    const at = tags.findIndex((tag) => tag.isConfig && !this.#options.takes(tag));
    if (at < 0 || this.#lease.stream !== this.#options.source) return tags;
    this.#isMisfit = true;
    return tags.slice(0, at);
  }

  #enter(tags: MediaTag[]): MediaTag[] {
    const entered = this.#skipped === null ? tags : this.#enterAfterChange(tags, this.#skipped);
    for (const { kind, isConfig, dtsMs } of entered) if (kind !== 'data' && !isConfig) this.#lastMs = Math.max(this.#lastMs, dtsMs);
    return entered;
  }

  #enterAfterChange(tags: MediaTag[], skipped: MediaTag[]): MediaTag[] {
    const at = tags.findIndex((tag) => this.#lease.stream.isEntry(tag) && tag.dtsMs >= this.#lastMs);
    for (const tag of at < 0 ? tags : tags.slice(0, at)) if (tag.isConfig) keepNewest(skipped, tag);
    const entry = tags[at];
    if (!entry) return [];
    this.#skipped = null;
    return [...skipped.map((tag) => ({ ...tag, dtsMs: entry.dtsMs })), ...tags.slice(at)];
  }
}

/** Collects tags until the tracks, and with them the needed conversion, are known. */
async function readUntilKnown({ source, signal }: SourceFollowerOptions, reader: Reader): Promise<MediaTag[]> {
  const known = new AbortController();
  const waiting = waitForTracks(source, signal).finally(() => known.abort());
  const limit = AbortSignal.any([signal, known.signal]);
  const tags: MediaTag[] = [];
  try {
    for (let more = await reader.read(limit); more; more = await reader.read(limit)) tags.push(...more);
  } catch (error) {
    if (!known.signal.aborted) throw error;
  }
  await waiting;
  return tags;
}

function keepNewest(configs: MediaTag[], config: MediaTag): void {
  const known = configs.findIndex(({ kind }) => kind === config.kind);
  if (known >= 0) configs.splice(known, 1);
  configs.push(config);
}
