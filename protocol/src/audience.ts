import { z } from 'zod';
import { ChatChange, ChatSnapshot } from './chat.js';
import { DisplayName } from './displayName.js';
import { EpochMs, ParticipantId } from './ids.js';
import { Degradation, ProgramState } from './program.js';
import { RoomInfo } from './room.js';
import { RequestsFrom, SeatNumber } from './stage.js';
import { Viewers } from './streams.js';

/** How often an audience is told what has changed on stage and in the program, at most, ms. */
export const AUDIENCE_INTERVAL_MS = 1000;
/** The longest that a chat message waits for others, ms. */
export const CHAT_BATCH_MS = 100;

/** The stage as the audience sees it: who is on which seat, and whether one may ask. */
export const AudienceStage = z.object({
  version: z.number().int(),
  seats: z.array(z.object({ number: SeatNumber, isLocked: z.boolean(), name: DisplayName.nullable() })),
  hostName: DisplayName.nullable(),
  hostAwaySinceMs: EpochMs.nullable(),
  requestsFrom: RequestsFrom,
  /** How many people are asking to come up. */
  waiting: z.number().int(),
});
export type AudienceStage = z.infer<typeof AudienceStage>;

export const AudienceProgram = z.object({
  state: ProgramState,
  liveSinceMs: EpochMs.nullable(),
  degraded: Degradation.nullable(),
});
export type AudienceProgram = z.infer<typeof AudienceProgram>;

/** The facts that everybody in the audience is told alike. A `program` of null: there is none. */
export const AudienceState = z.object({
  room: RoomInfo,
  stage: AudienceStage,
  program: AudienceProgram.nullable(),
  viewers: Viewers,
  /** People who hold an audience connection. */
  attending: z.number().int(),
});
export type AudienceState = z.infer<typeof AudienceState>;

/** One's own way to the stage. */
export const OwnStage = z.object({
  /** backstage, stage: let in. Join the room to publish. */
  place: z.enum(['audience', 'backstage', 'stage']),
  /** `position` counts from 1. */
  request: z.object({ position: z.number().int().min(1), expiresAtMs: EpochMs.nullable() }).nullable(),
  invitation: z.object({ byName: z.string(), expiresAtMs: EpochMs.nullable() }).nullable(),
});
export type OwnStage = z.infer<typeof OwnStage>;

/** Everything that an audience's page needs. */
export const AudienceSnapshot = AudienceState.extend({ own: OwnStage, chat: ChatSnapshot });
export type AudienceSnapshot = z.infer<typeof AudienceSnapshot>;

/** The chat's changes of the last moment, oldest first. */
export const ChatBatch = z.object({ changes: z.array(ChatChange) });

/** A person in the audience, as moderators list them. */
export const AudienceEntry = z.object({
  participantId: ParticipantId,
  name: DisplayName,
  sinceMs: EpochMs,
  isAsking: z.boolean(),
  isInvited: z.boolean(),
});
export type AudienceEntry = z.infer<typeof AudienceEntry>;

export const MAX_AUDIENCE_PAGE = 100;
/** A page of the audience by name: people whose name has `search` in it, after `after` (the last id of the page before). */
export const AudienceQuery = z.object({
  search: z.string().max(64).default(''),
  after: ParticipantId.optional(),
  limit: z.number().int().min(1).max(MAX_AUDIENCE_PAGE).default(50),
});
export type AudienceQuery = z.infer<typeof AudienceQuery>;
export const AudiencePage = z.object({ people: z.array(AudienceEntry), total: z.number().int(), next: ParticipantId.nullable() });
export type AudiencePage = z.infer<typeof AudiencePage>;
