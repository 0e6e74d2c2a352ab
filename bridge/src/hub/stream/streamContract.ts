import type { Closable } from '@lianmai/kit';
import type { FlvTag } from '../../media/formats/index.js';

/**
 * What the hub carries: FLV tags (E-RTMP bodies included) on the stream's own timeline: `dtsMs` grows without gaps or steps back as long as the
 * stream lives, whoever publishes it.
 */
export type MediaTag = FlvTag;

/** The one writer of a stream. */
export interface Publisher extends Closable {
  write(tag: MediaTag): void;
  /** `isFinal`: the broadcaster said goodbye, so the stream ends at once instead of waiting for them to come back. */
  close(reason: string, isFinal?: boolean): void | Promise<void>;
}

export interface ReaderOptions {
  name: string;
  /** Above either limit the reader is moved to the next key frame; memory stays bounded. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** Start with the last group of pictures (at once a picture) or at the next key frame. */
  startWithGop: boolean;
}

export interface ReaderStats {
  bytes: number;
  droppedTags: number;
  queuedBytes: number;
}

/** Pulls tags at its own speed: first metadata and configs, then media from a key frame. Ends when the stream ends or the reader is closed. */
export interface Reader extends Closable {
  /** All that is queued, at least one tag; null at the end of the stream. The first call decides where the reader starts: nothing is queued before. */
  read(signal: AbortSignal): Promise<MediaTag[] | null>;
  readonly stats: ReaderStats;
}
