import type { Closable } from '@lianmai/kit';

/** One FLV tag: what the hub carries (E-RTMP bodies included). */
export interface MediaTag {
  kind: 'video' | 'audio' | 'data';
  /** Decoding time on the stream's own timeline, ms; grows without gaps or steps back as long as the stream lives. */
  dtsMs: number;
  /** Body of the tag (FLV 10.1, E.4.3): shared between readers, never written to. */
  body: Buffer;
  isKeyFrame: boolean;
  /** Sequence header: AVCDecoderConfigurationRecord, AudioSpecificConfig; kept for readers that come later. */
  isConfig: boolean;
}

/** The one writer of a stream. */
export interface Publisher extends Closable {
  write(tag: MediaTag): void;
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
  /** All that is queued, at least one tag; null at the end of the stream. */
  read(signal: AbortSignal): Promise<MediaTag[] | null>;
  readonly stats: ReaderStats;
}
