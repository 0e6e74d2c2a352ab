import { LianmaiError } from '@lianmai/protocol';
import { nowMs } from '../../runtime/index.js';
import { readMediaBody } from '../../media/formats/index.js';
import type { MediaTag, Reader, ReaderOptions, ReaderStats, Stream } from '../stream/index.js';
import type { AcceptedCodecs } from './acceptedCodecs.js';
import type { OpenRendition } from './Renditions.js';

export interface FollowingOptions {
  source: Stream;
  accepts: AcceptedCodecs;
  open: (source: Stream, accepts: AcceptedCodecs) => OpenRendition;
  reader: ReaderOptions;
}

/** A rendition that ends by itself sooner than this has broken down: whoever reads may try again, later. */
const BREAKDOWN_MS = 1000;

/**
 * Reads a stream as one kind of reader can take it, whatever its publisher changes: one rendition after another on one timeline. Rejects with UNSUPPORTED
 * when there is no way any more.
 */
export class FollowingReader implements Reader {
  readonly #options: FollowingOptions;
  #rendition: OpenRendition;
  #reader: Reader;
  #openedAtMs = nowMs();
  #former = { bytes: 0, droppedTags: 0 };
  #lastMs = -Infinity;
  #isMisfit = false;
  /** After a change: configurations that wait for the entry point at or past `#lastMs`. */
  #skipped: MediaTag[] | null = null;
  #limit: { of: AbortSignal; or: AbortSignal; any: AbortSignal } | null = null;
  #isClosed = false;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#rendition = options.open(options.source, options.accepts);
    this.#reader = this.#rendition.stream.createReader(options.reader);
  }

  get stats(): ReaderStats {
    const { bytes, droppedTags, queuedBytes } = this.#reader.stats;
    return { bytes: this.#former.bytes + bytes, droppedTags: this.#former.droppedTags + droppedTags, queuedBytes };
  }

  async read(signal: AbortSignal): Promise<MediaTag[] | null> {
    for (;;) {
      if (this.#isMisfit) this.#openNext();
      const tags = await this.#readOnce(signal);
      const fitting = tags && this.#enter(this.#untilMisfit(tags));
      if (fitting?.length) return fitting;
      if (tags) continue;
      if (this.#isClosed || this.#options.source.isEnded) return null;
      this.#reviveRendition();
    }
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    void this.#reader.close(reason);
    this.#rendition.close();
  }

  /** Empty when what was read does not fit any more. */
  async #readOnce(signal: AbortSignal): Promise<MediaTag[] | null> {
    const { changed } = this.#rendition;
    try {
      return await this.#reader.read(this.#either(signal, changed));
    } catch (error) {
      if (signal.aborted || !changed.aborted) throw error;
      this.#isMisfit = true;
      return [];
    }
  }

  #openNext(): void {
    const { bytes, droppedTags } = this.stats;
    this.#former = { bytes, droppedTags };
    void this.#reader.close('the source has changed');
    this.#rendition.close();
    const { source, accepts, open, reader } = this.#options;
    this.#rendition = open(source, accepts);
    this.#reader = this.#rendition.stream.createReader({ ...reader, startWithGop: true });
    this.#openedAtMs = nowMs();
    this.#isMisfit = false;
    this.#skipped = [];
  }

  /** It has ended, but its source has not: there is no way any more, which the next one says, or it broke down. */
  #reviveRendition(): void {
    const wasBrief = nowMs() - this.#openedAtMs < BREAKDOWN_MS;
    this.#openNext();
    if (wasBrief) throw new LianmaiError('INTERNAL', undefined, { message: 'The stream cannot be converted at the moment.' });
  }

  /** A configuration that the reader cannot take shows at once what `changed` tells some pictures later. */
  #untilMisfit(tags: MediaTag[]): MediaTag[] {
    const at = tags.findIndex((tag) => tag.isConfig && !this.#takes(tag));
    if (at < 0 || this.#rendition.stream !== this.#options.source) return tags;
    this.#isMisfit = true;
    return tags.slice(0, at);
  }

  #takes(tag: MediaTag): boolean {
    const codec = readMediaBody(tag)?.codec;
    const { video, audio } = this.#options.accepts;
    return codec === undefined || (tag.kind === 'video' ? video : audio).some((taken) => taken === codec);
  }

  /** What has been read already from an earlier rendition is left out. */
  #enter(tags: MediaTag[]): MediaTag[] {
    const entered = this.#skipped === null ? tags : this.#enterAfterChange(tags, this.#skipped);
    for (const { kind, isConfig, dtsMs } of entered) if (kind !== 'data' && !isConfig) this.#lastMs = Math.max(this.#lastMs, dtsMs);
    return entered;
  }

  #enterAfterChange(tags: MediaTag[], skipped: MediaTag[]): MediaTag[] {
    const at = tags.findIndex((tag) => this.#rendition.stream.isEntry(tag) && tag.dtsMs >= this.#lastMs);
    for (const tag of at < 0 ? tags : tags.slice(0, at)) if (tag.isConfig) keepNewest(skipped, tag);
    const entry = tags[at];
    if (!entry) return [];
    this.#skipped = null;
    return [...skipped.map((tag) => ({ ...tag, dtsMs: entry.dtsMs })), ...tags.slice(at)];
  }

  /** One signal for as long as both are the same: a reader lives for hours. */
  #either(signal: AbortSignal, changed: AbortSignal): AbortSignal {
    if (this.#limit?.of !== signal || this.#limit.or !== changed)
      this.#limit = { of: signal, or: changed, any: AbortSignal.any([signal, changed]) };
    return this.#limit.any;
  }
}

function keepNewest(configs: MediaTag[], config: MediaTag): void {
  const known = configs.findIndex(({ kind }) => kind === config.kind);
  if (known >= 0) configs.splice(known, 1);
  configs.push(config);
}
