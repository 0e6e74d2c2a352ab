import type { Closable } from '@lianmai/kit';
import type { FlvTag } from '../../media/formats/index.js';

/**
 * An FLV tag (E-RTMP bodies included) on the stream's own timeline: `dtsMs` stays continuous for the life of the stream, across publishers.
 */
export type MediaTag = FlvTag;

/** The only writer of a stream. */
export interface Publisher extends Closable {
  write(tag: MediaTag): void;
  /** `isFinal`: the broadcaster stopped on purpose, so the stream ends at once instead of waiting for its return. */
  close(reason: string, isFinal?: boolean): void | Promise<void>;
}

export interface ReaderOptions {
  name: string;
  /** Beyond either limit the reader skips to the next key frame, so memory stays bounded. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** Start with the last GOP for an instant picture, or at the next key frame. */
  startWithGop: boolean;
}

export interface ReaderStats {
  bytes: number;
  droppedTags: number;
  queuedBytes: number;
}

/** Pulls tags at its own speed: metadata and configs first, then media from a key frame on. */
export interface Reader extends Closable {
  /**
   * Resolves with all queued tags (at least one), or null at the end of the stream. The first call chooses the starting point; nothing is
   * queued before it.
   */
  read(signal: AbortSignal): Promise<MediaTag[] | null>;
  readonly stats: ReaderStats;
}
