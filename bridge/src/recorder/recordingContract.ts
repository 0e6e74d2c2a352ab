import type { AcceptedCodecs } from '../hub/renditions/index.js';
import type { MediaTag } from '../hub/stream/index.js';

/** A file being written. Its times start at 0. */
export interface RecordingFile {
  /** Resolves when everything has reached the kernel, except for an unfinished fragment (less than half a second). Rejects when the disk fails. */
  write(tags: readonly MediaTag[]): Promise<void>;
  readonly bytes: number;
  readonly durationMs: number;
  /** Completes the file: indexes, durations, faststart. */
  close(): Promise<void>;
}

/** The rest of an unfinished file after its repair. */
export interface RepairedFile {
  bytes: number;
  durationMs: number;
}

/** An unfinished file that is open again, at the end of its last whole piece. */
export interface ResumedFile {
  file: RecordingFile;
  /** Where its timeline ends and new media begins, ms. */
  endMs: number;
  /** Epoch ms. */
  lastWriteAtMs: number;
}

/** A recording format (FLV, MP4, HLS) is one object. `base` is the path without an extension. */
export interface RecordingFormat {
  /** Codecs the files can hold; others are converted on the way. */
  accepts: AcceptedCodecs;
  /** Path of the file that people download. */
  path(base: string): string;
  /** All files that belong to it, to be deleted with it. */
  parts(base: string): string[];
  create(base: string): Promise<RecordingFile>;
  /** Repairs a file after a crash. Returns null if nothing can be saved. */
  repair(base: string): Promise<RepairedFile | null>;
  /** Goes on with a file that a crash left open, at the time where it ends. `noted`: at least this much of it is whole. Null if nothing can be added to it. */
  resume(base: string, noted: RepairedFile): Promise<ResumedFile | null>;
  /** false: a change of codec configuration requires a new file. */
  takesNewConfig: boolean;
}
