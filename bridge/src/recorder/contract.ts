import type { AcceptedCodecs } from '../hub/renditions/index.js';
import type { MediaTag } from '../hub/stream/index.js';

/** A file that is being written. Times in it begin at 0. */
export interface RecordingFile {
  /** All of it is with the kernel when this resolves, but for what a fragment still lacks (less than half a second). Rejects when the disk does. */
  write(tags: readonly MediaTag[]): Promise<void>;
  readonly bytes: number;
  readonly durationMs: number;
  /** Makes it complete: indexes, durations, faststart. */
  close(): Promise<void>;
}

/** What was found in a file that nobody has closed, after it was put right. */
export interface RepairedFile {
  bytes: number;
  durationMs: number;
}

/** FLV, MP4, HLS: each one object. `base` is the path without an extension. */
export interface RecordingFormat {
  /** What its files can hold; a stream that has something else is converted on the way. */
  accepts: AcceptedCodecs;
  /** Path of what people download, from `base`. */
  path(base: string): string;
  /** Everything that belongs to it, to be deleted with it. */
  parts(base: string): string[];
  create(base: string): Promise<RecordingFile>;
  /** After a crash; null: nothing of it can be saved. */
  repair(base: string): Promise<RepairedFile | null>;
  /** false: another configuration of the codecs needs another file. */
  takesNewConfig: boolean;
}
