import { z } from 'zod';
import { ChatSnapshot } from './chat.js';
import { EpochMs, ParticipantId, ProducerId, RoomId } from './ids.js';
import { DisplayName } from './displayName.js';
import { ProgramInfo } from './program.js';
import { PublishSource, Role } from './roles.js';
import { StreamRef } from './streams.js';

export const MAX_SEATS = 9;

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

/** request: people ask, and a moderator decides. open: guests take a free seat, and are on air, without asking. */
export const StagePolicy = z.enum(['request', 'open']);
export type StagePolicy = z.infer<typeof StagePolicy>;

/** The complete stage state. A late joiner needs no more than this. */
export const StageSnapshot = z.object({
  /** Increments with every change. */
  version: z.number().int(),
  policy: StagePolicy,
  /** People who are let in go on air at once while a seat is free, instead of backstage. */
  approvedGoOnAir: z.boolean(),
  seatLimit: z.number().int().min(1).max(MAX_SEATS),
  /** In order of arrival on stage. */
  seats: z.array(z.object({ participantId: ParticipantId, sinceMs: EpochMs })),
  /** Let in and waiting to be brought on air, longest first. They need no seat. */
  backstage: z.array(z.object({ participantId: ParticipantId, sinceMs: EpochMs })),
  /** Viewers asking to come on stage, oldest first. */
  requests: z.array(z.object({ participantId: ParticipantId, atMs: EpochMs })),
  /** Viewers invited by a moderator who have not replied yet. */
  invitations: z.array(z.object({ participantId: ParticipantId, by: ParticipantId, atMs: EpochMs })),
});
export type StageSnapshot = z.infer<typeof StageSnapshot>;

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
