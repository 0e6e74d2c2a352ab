import { z } from 'zod';
import { ErrorCode } from './errors.js';
import { EpochMs, OutputId } from './ids.js';
import { OutputInfo, OutputRequest } from './program.js';
import { AppName, StreamName, StreamRef } from './streams.js';

export const RecordFormat = z.enum(['flv', 'mp4', 'hls']);
export type RecordFormat = z.infer<typeof RecordFormat>;

/** How a stream is recorded. */
export const RecordRule = z.object({
  format: RecordFormat.default('mp4'),
  /** A new file this often, at a key frame; null: one file for a broadcast. */
  segmentSeconds: z.number().int().min(10).max(86_400).nullable().default(null),
});
export type RecordRule = z.infer<typeof RecordRule>;

/** Records every stream whose address fits: `*` stands for any name. The first that fits counts, after the stream's own. */
export const RecordPattern = RecordRule.extend({ app: z.union([AppName, z.literal('*')]), name: z.union([StreamName, z.literal('*')]) });
export type RecordPattern = z.infer<typeof RecordPattern>;

/** What shall be done for one stream whenever it can be. */
export const StreamJob = StreamRef.extend({
  /** Where the bridge fetches it; null: somebody publishes it. */
  source: z.object({ url: z.string().min(1).max(2048) }).nullable(),
  outputs: z.array(z.object({ id: OutputId, request: OutputRequest })).max(16),
  record: RecordRule.nullable(),
});
export type StreamJob = z.infer<typeof StreamJob>;

/** Everything that the server wants of a bridge's streams. It replaces what was wanted before: nobody has to remember what was sent. */
export const StreamJobs = z.object({ jobs: z.array(StreamJob), recordPatterns: z.array(RecordPattern) });
export type StreamJobs = z.infer<typeof StreamJobs>;

/** How fetching a source goes. */
export const PullInfo = StreamRef.extend({
  /** Redacted. */
  url: z.string(),
  state: z.enum(['connecting', 'live', 'retrying', 'failed']),
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  retries: z.number().int().nonnegative(),
  nextRetryAtMs: EpochMs.nullable(),
});
export type PullInfo = z.infer<typeof PullInfo>;

export const StreamOutputInfo = StreamRef.extend({ output: OutputInfo });
export type StreamOutputInfo = z.infer<typeof StreamOutputInfo>;

/** One recorded file (or, for HLS, folder), from its first key frame. */
export const Recording = StreamRef.extend({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  format: RecordFormat,
  state: z.enum(['recording', 'complete', 'failed']),
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  startedAtMs: EpochMs,
  durationMs: z.number().nonnegative(),
  bytes: z.number().nonnegative(),
  /** Where media is missing: the publisher was away, or the disk too slow. */
  gaps: z.array(z.object({ atMs: z.number().nonnegative(), lengthMs: z.number().nonnegative() })),
});
export type Recording = z.infer<typeof Recording>;
