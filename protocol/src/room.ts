import { z } from 'zod';
import { ChatSnapshot } from './chat.js';
import { EpochMs, ParticipantId, ProducerId, RoomId } from './ids.js';
import { DisplayName } from './displayName.js';
import { ProgramInfo } from './program.js';
import { PublishSource, Role } from './roles.js';
import { StageSnapshot } from './stage.js';
import { StreamRef } from './streams.js';

/** excellent: no loss; good; poor: visible loss; lost: no media arrives. The server derives it from RTCP scores and round trip time. */
export const ConnectionQuality = z.enum(['excellent', 'good', 'poor', 'lost']);
export type ConnectionQuality = z.infer<typeof ConnectionQuality>;

/** reconnecting: the socket or network is lost, and the seat is kept for the grace period. */
export const Presence = z.enum(['connected', 'reconnecting']);

/** A published track. `paused` means muted by its owner; the producer stays. */
export const ProducerInfo = z.object({ id: ProducerId, source: PublishSource, paused: z.boolean() });
export type ProducerInfo = z.infer<typeof ProducerInfo>;

export const ParticipantInfo = z.object({
  id: ParticipantId,
  name: DisplayName,
  /** host or guest while on stage, viewer otherwise. Changes on going up and coming down. */
  role: Role,
  /** Runs the room, on stage or not. At most one person does. */
  isHost: z.boolean(),
  /** May answer requests, invite and mute, while on stage. */
  isCoHost: z.boolean(),
  isModerator: z.boolean(),
  canLive: z.boolean(),
  onStage: z.boolean(),
  /** Let in, but not on air: seen and heard by moderators alone. Everybody else gets no `producers` of theirs. */
  isBackstage: z.boolean(),
  presence: Presence,
  quality: ConnectionQuality,
  joinedAtMs: EpochMs,
  producers: z.array(ProducerInfo),
  /** The stream that holds this seat; absent for a person. */
  stream: StreamRef.optional(),
});
export type ParticipantInfo = z.infer<typeof ParticipantInfo>;

export const RoomInfo = z.object({ id: RoomId, title: z.string(), locked: z.boolean(), createdAtMs: EpochMs });
export type RoomInfo = z.infer<typeof RoomInfo>;

/** Everything a page needs to draw the room. Sent in reply to every join, resumed or new. */
export const RoomSnapshot = z.object({
  room: RoomInfo,
  participants: z.array(ParticipantInfo),
  stage: StageSnapshot,
  chat: ChatSnapshot,
  program: ProgramInfo.nullable(),
});
export type RoomSnapshot = z.infer<typeof RoomSnapshot>;
