import { z } from 'zod';
import { ErrorCode } from './errors.js';
import { EpochMs, OutputId } from './ids.js';
import { OutputInfo, OutputRequest } from './program.js';
import { AppName, StreamName, StreamRef } from './streams.js';

export const RecordFormat = z.enum(['flv', 'mp4', 'hls']);
export type RecordFormat = z.infer<typeof RecordFormat>;

/** Recording options of a stream. */
export const RecordRule = z.object({
  format: RecordFormat.default('mp4'),
  /** Length of each file, cut at key frames, s; null: one file per broadcast. */
  segmentSeconds: z.number().int().min(10).max(86_400).nullable().default(null),
});
export type RecordRule = z.infer<typeof RecordRule>;

/** Records every stream that matches; `*` matches any name. A stream's own rule takes precedence, then the first matching pattern. */
export const RecordPattern = RecordRule.extend({ app: z.union([AppName, z.literal('*')]), name: z.union([StreamName, z.literal('*')]) });
export type RecordPattern = z.infer<typeof RecordPattern>;

/** Standing jobs for one stream, run whenever possible. */
export const StreamJob = StreamRef.extend({
  /** URL that the bridge pulls from; null for a published stream. */
  source: z.object({ url: z.string().min(1).max(2048) }).nullable(),
  outputs: z.array(z.object({ id: OutputId, request: OutputRequest })).max(16),
  record: RecordRule.nullable(),
});
export type StreamJob = z.infer<typeof StreamJob>;

/** All the jobs that the server wants done for a bridge's streams. It replaces the previous list, so neither side tracks what was sent. */
export const StreamJobs = z.object({ jobs: z.array(StreamJob), recordPatterns: z.array(RecordPattern) });
export type StreamJobs = z.infer<typeof StreamJobs>;

/** State of a pull. */
export const PullInfo = StreamRef.extend({
  /** Redacted URL. */
  url: z.string(),
  state: z.enum(['connecting', 'live', 'retrying', 'failed']),
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  retries: z.number().int().nonnegative(),
  nextRetryAtMs: EpochMs.nullable(),
});
export type PullInfo = z.infer<typeof PullInfo>;

export const StreamOutputInfo = StreamRef.extend({ output: OutputInfo });
export type StreamOutputInfo = z.infer<typeof StreamOutputInfo>;

/** One recorded file (for HLS, a folder), starting at its first key frame. */
export const Recording = StreamRef.extend({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  format: RecordFormat,
  state: z.enum(['recording', 'complete', 'failed']),
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  startedAtMs: EpochMs,
  durationMs: z.number().nonnegative(),
  bytes: z.number().nonnegative(),
  /** Gaps in the media: the publisher was away, the disk was too slow, or the bridge died and another went on. The times of the file show none. */
  gaps: z.array(z.object({ atMs: z.number().nonnegative(), lengthMs: z.number().nonnegative() })),
});
export type Recording = z.infer<typeof Recording>;
