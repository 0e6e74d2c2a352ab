import { z } from 'zod';
import { boundedRecord } from './boundedRecord.js';
import { ErrorCode } from './errors.js';
import { EpochMs, OutputId, ProgramId, RoomId, SourceId } from './ids.js';
import { Profile, ProfileRequest, X264Preset } from './scene/profile.js';
import { Scene, ScenePatch } from './scene/scene.js';
import { Viewers } from './streams.js';

/** Moves forward only: starting → live → stopping → ended, with failed possible at any time. */
export const ProgramState = z.enum(['starting', 'live', 'stopping', 'ended', 'failed']);
export type ProgramState = z.infer<typeof ProgramState>;

export const OutputState = z.enum(['connecting', 'live', 'stalled', 'retrying', 'failed', 'stopped']);
export type OutputState = z.infer<typeof OutputState>;

/** A destination of the program. The bridge owns the output kinds and checks their options. */
export const OutputRequest = z.object({ kind: z.string().min(1).max(16).default('rtmp'), url: z.string().min(1).max(2048) });
export type OutputRequest = z.infer<typeof OutputRequest>;

/** An output in a form that is safe to show: `url` is redacted, and the stream key never leaves the bridge. */
export const OutputInfo = z.object({
  id: OutputId,
  kind: z.string().max(16),
  url: z.string().max(4096),
  state: OutputState,
  /** Why the output is retrying or has failed: a code to switch on and text to show. */
  reason: z.object({ code: ErrorCode, message: z.string().max(4096) }).nullable(),
  retries: z.number().int().nonnegative(),
  nextRetryAtMs: EpochMs.nullable(),
  liveSinceMs: EpochMs.nullable(),
  bytesSent: z.number().nonnegative(),
  bitrateKbps: z.number().nonnegative(),
});
export type OutputInfo = z.infer<typeof OutputInfo>;

/** An output that has sent nothing yet. `url` must already be redacted. */
export const idleOutput = (output: Pick<OutputInfo, 'id' | 'kind' | 'url'> & Partial<OutputInfo>): OutputInfo => ({
  state: 'connecting',
  reason: null,
  retries: 0,
  nextRetryAtMs: null,
  liveSinceMs: null,
  bytesSent: 0,
  bitrateKbps: 0,
  ...output,
});

/** Health of a running program over the last second. */
export const ProgramStats = z.object({
  fps: z.number(),
  /** Ticks more than one frame late, since the start. */
  lateFrames: z.number().int(),
  /** Pictures left out because the machine was too slow, since the start. Their sound never is. */
  droppedFrames: z.number().int(),
  bitrateKbps: z.number(),
  /** Cores in use, by part. */
  cpu: z.object({ decoders: z.number(), compositor: z.number(), encoder: z.number() }),
  rssMb: z.number(),
  encoderRestarts: z.number().int(),
  decoderRestarts: z.number().int(),
  /** Delay from capture to composition for each source, ms. */
  delayMs: z.record(z.string(), z.number()),
});
export type ProgramStats = z.infer<typeof ProgramStats>;

/**
 * The state of a live program while its bridge's machine is too slow: pictures are left out, sound never is, and the encoder uses lighter settings than the
 * profile's until there is room again.
 */
export const Degradation = z.object({
  reason: z.enum(['CPU']),
  sinceMs: EpochMs,
  /** The settings at this time. Size and bitrate stay the profile's. */
  preset: X264Preset,
  fps: z.number().int(),
});
export type Degradation = z.infer<typeof Degradation>;

/** Level over the last 200 ms in dBFS; -100 for silence. */
export const Level = z.object({ rmsDb: z.number(), peakDb: z.number() });
export type Level = z.infer<typeof Level>;
export const Levels = z.object({ program: Level, sources: z.record(z.string(), Level) });
export type Levels = z.infer<typeof Levels>;

/** The mix keeps the settings of absent sources, up to this many entries, because everybody in the room receives it. */
export const MAX_MIX_ENTRIES = 256;
/** How loud a source is in the program. */
export const MixEntry = z.object({ gainDb: z.number().min(-60).max(12), muted: z.boolean() });
export type MixEntry = z.infer<typeof MixEntry>;
export const Mix = boundedRecord(SourceId, MixEntry, MAX_MIX_ENTRIES);
export type Mix = z.infer<typeof Mix>;

/** A room's program, as everybody in the room sees it. */
export const ProgramInfo = z.object({
  programId: ProgramId,
  room: RoomId,
  state: ProgramState,
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  startedAtMs: EpochMs,
  /** Time of the first encoded frame. */
  liveSinceMs: EpochMs.nullable(),
  profile: Profile,
  scene: Scene,
  /** Increments with every scene or mix change. */
  sceneVersion: z.number().int(),
  mix: Mix,
  outputs: z.array(OutputInfo),
  /** Absolute path on the origin: `/live/{room}.m3u8`. */
  hlsPath: z.string(),
  viewers: Viewers,
  /** null unless the program is live and its machine too slow for it. */
  degraded: Degradation.nullable(),
  stats: ProgramStats.nullable(),
});
export type ProgramInfo = z.infer<typeof ProgramInfo>;

export const StartLive = z.object({
  profile: ProfileRequest.optional(),
  scene: ScenePatch.optional(),
  outputs: z.array(OutputRequest).max(16).optional(),
});
export type StartLive = z.infer<typeof StartLive>;

/**
 * Atomic: the whole change goes on air in one frame, or none of it does. With `version`, it fails with CONFLICT if somebody else changed
 * the scene first.
 */
export const UpdateLive = z.object({ scene: ScenePatch.optional(), mix: Mix.optional(), version: z.number().int().optional() });
export type UpdateLive = z.infer<typeof UpdateLive>;

export const UpdateLiveReply = z.object({
  sceneVersion: z.number().int(),
  scene: Scene,
  /** Program timeline position, in ms, at which the change appears. */
  appliedAtPtsMs: z.number(),
});
export type UpdateLiveReply = z.infer<typeof UpdateLiveReply>;
