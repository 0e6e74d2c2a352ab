import { z } from 'zod';
import { ErrorCode } from './errors.js';
import { EpochMs, OutputId, ProgramId, RoomId, SourceId } from './ids.js';
import { Profile, ProfileRequest } from './scene/profile.js';
import { Scene, ScenePatch } from './scene/scene.js';

/** Forward only: starting → live → stopping → ended; failed from anywhere. */
export const ProgramState = z.enum(['starting', 'live', 'stopping', 'ended', 'failed']);
export type ProgramState = z.infer<typeof ProgramState>;

export const OutputState = z.enum(['connecting', 'live', 'retrying', 'failed', 'stopped']);
export type OutputState = z.infer<typeof OutputState>;

/** Where a program goes. The kind's own options are checked by the bridge, which owns the kinds. */
export const OutputRequest = z.object({ kind: z.string().min(1).max(16).default('rtmp'), url: z.string().min(1).max(2048) });
export type OutputRequest = z.infer<typeof OutputRequest>;

/** An output as people may see it: `url` is redacted, the stream key never leaves the bridge. */
export const OutputInfo = z.object({
  id: OutputId,
  kind: z.string(),
  url: z.string(),
  state: OutputState,
  /** Why it is retrying or failed, in words for people, with the code to switch on. */
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  retries: z.number().int().nonnegative(),
  nextRetryAtMs: EpochMs.nullable(),
  liveSinceMs: EpochMs.nullable(),
  bytesSent: z.number().nonnegative(),
  bitrateKbps: z.number().nonnegative(),
});
export type OutputInfo = z.infer<typeof OutputInfo>;

/** An output that has not sent anything yet. `url` must be redacted already. */
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

/** Health of a running program, over the last second. */
export const ProgramStats = z.object({
  fps: z.number(),
  /** Ticks that came later than one frame, since the start. */
  lateFrames: z.number().int(),
  /** Frames shed with their sound because the machine was too slow, since the start. */
  droppedFrames: z.number().int(),
  bitrateKbps: z.number(),
  /** Cores used, by part. */
  cpu: z.object({ decoders: z.number(), compositor: z.number(), encoder: z.number() }),
  rssMb: z.number(),
  encoderRestarts: z.number().int(),
  decoderRestarts: z.number().int(),
  /** Delay between capture and composition per source, ms. */
  delayMs: z.record(z.string(), z.number()),
});
export type ProgramStats = z.infer<typeof ProgramStats>;

/** dBFS of the last 100 ms, -100 for silence. */
export const Level = z.object({ rmsDb: z.number(), peakDb: z.number() });
export type Level = z.infer<typeof Level>;
export const Levels = z.object({ program: Level, sources: z.record(z.string(), Level) });
export type Levels = z.infer<typeof Levels>;

/** What a source sounds like in the program. */
export const MixEntry = z.object({ gainDb: z.number().min(-60).max(12), muted: z.boolean() });
export type MixEntry = z.infer<typeof MixEntry>;
export const Mix = z.record(SourceId, MixEntry);
export type Mix = z.infer<typeof Mix>;

/** A room's program as everybody in the room sees it. */
export const ProgramInfo = z.object({
  programId: ProgramId,
  room: RoomId,
  state: ProgramState,
  reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
  startedAtMs: EpochMs,
  /** First encoded frame. */
  liveSinceMs: EpochMs.nullable(),
  profile: Profile,
  scene: Scene,
  /** Counts up with every scene or mix change. */
  sceneVersion: z.number().int(),
  mix: Mix,
  outputs: z.array(OutputInfo),
  /** Absolute path on the origin: `/live/{room}.m3u8`. */
  hlsPath: z.string(),
  hlsViewers: z.number().int(),
  stats: ProgramStats.nullable(),
});
export type ProgramInfo = z.infer<typeof ProgramInfo>;

export const StartLive = z.object({
  profile: ProfileRequest.optional(),
  scene: ScenePatch.optional(),
  outputs: z.array(OutputRequest).max(16).optional(),
});
export type StartLive = z.infer<typeof StartLive>;

/** Atomic: all of it is on air with one frame, or nothing is. With `version`, refused as CONFLICT if somebody was faster. */
export const UpdateLive = z.object({ scene: ScenePatch.optional(), mix: Mix.optional(), version: z.number().int().optional() });
export type UpdateLive = z.infer<typeof UpdateLive>;

export const UpdateLiveReply = z.object({
  sceneVersion: z.number().int(),
  scene: Scene,
  /** Milliseconds on the program's own timeline at which the change is seen. */
  appliedAtPtsMs: z.number(),
});
export type UpdateLiveReply = z.infer<typeof UpdateLiveReply>;
