import { z } from 'zod';
import { DisplayName } from './displayName.js';
import { EpochMs, ParticipantId } from './ids.js';

export const MAX_SEATS = 9;
/** Only the host sits here. */
export const HOST_SEAT = 1;
/** Length of a request's message and of the reason for declining it, characters. */
export const MAX_STAGE_TEXT = 60;
export const MAX_WAITING_REQUESTS = 500;

export const SeatNumber = z.number().int().min(1).max(MAX_SEATS);
export type SeatNumber = z.infer<typeof SeatNumber>;

// eslint-disable-next-line no-control-regex -- control characters, and those that change text direction
const DROPPED = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** One short line that somebody wrote; '' for none. */
export const StageText = z
  .string()
  .max(4 * MAX_STAGE_TEXT)
  .transform((text) => text.normalize('NFC').replace(DROPPED, '').trim())
  .pipe(z.string().max(MAX_STAGE_TEXT));

/** request: people ask, and a moderator decides. open: guests take a free seat, and are on air, without asking. */
export const StagePolicy = z.enum(['request', 'open']);
export type StagePolicy = z.infer<typeof StagePolicy>;

/** The people who may ask to come up. followers: those whose token says so. */
export const RequestsFrom = z.enum(['everyone', 'followers', 'nobody']);
export type RequestsFrom = z.infer<typeof RequestsFrom>;

/** A seat (麦位) is empty, locked or taken. A locked seat is empty, and nobody can take it. */
export const Seat = z.object({
  number: SeatNumber,
  isLocked: z.boolean(),
  /** 禁麦: whoever sits here cannot open their microphone. It stays when they leave. */
  isMicrophoneLocked: z.boolean(),
  occupant: z.object({ participantId: ParticipantId, sinceMs: EpochMs }).nullable(),
});
export type Seat = z.infer<typeof Seat>;

/** The seat that somebody wishes for; null: any. They come up without a camera if `soundOnly`. */
export const StageWish = z.object({ seat: SeatNumber.nullable(), soundOnly: z.boolean() });
export type StageWish = z.infer<typeof StageWish>;

export const StageRequest = StageWish.extend({
  participantId: ParticipantId,
  name: DisplayName,
  message: z.string(),
  atMs: EpochMs,
  /** null: never. */
  expiresAtMs: EpochMs.nullable(),
});
export type StageRequest = z.infer<typeof StageRequest>;

export const StageInvitation = z.object({
  participantId: ParticipantId,
  by: ParticipantId,
  seat: SeatNumber.nullable(),
  atMs: EpochMs,
  expiresAtMs: EpochMs.nullable(),
});
export type StageInvitation = z.infer<typeof StageInvitation>;

export const StageSettings = z.object({
  policy: StagePolicy,
  /** People who are let in go on air at once while a seat is free, instead of backstage. */
  approvedGoOnAir: z.boolean(),
  /** A request is approved at once while a seat is free. */
  autoApprove: z.boolean(),
  requestsFrom: RequestsFrom,
  /** The most requests that may wait. */
  maxRequests: z.number().int().min(1).max(MAX_WAITING_REQUESTS),
  /** A request or an invitation expires after so long, ms; 0: never. */
  expiryMs: z
    .number()
    .int()
    .min(0)
    .max(24 * 3600_000),
});
export type StageSettings = z.infer<typeof StageSettings>;

/** The complete stage state. A late joiner needs no more than this. */
export const StageSnapshot = z.object({
  /** Increments with every change. */
  version: z.number().int(),
  settings: StageSettings,
  /** In order of their numbers, from 1. */
  seats: z.array(Seat).min(1).max(MAX_SEATS),
  /** The person who runs the room; null until the first host has come, and while they are gone. */
  host: ParticipantId.nullable(),
  /** Since when the host has been disconnected or gone; null while they are here, or if none has come yet. */
  hostAwaySinceMs: EpochMs.nullable(),
  /** People on stage who may answer requests, invite and mute, in order of their appointment. */
  coHosts: z.array(ParticipantId),
  /** Let in and waiting to be brought on air, longest first. They need no seat. */
  backstage: z.array(StageWish.extend({ participantId: ParticipantId, sinceMs: EpochMs })),
  /** Viewers asking to come on stage, oldest first. */
  requests: z.array(StageRequest),
  /** Viewers invited by a moderator who have not replied yet. */
  invitations: z.array(StageInvitation),
});
export type StageSnapshot = z.infer<typeof StageSnapshot>;

/** How a request to come up ended without being approved. withdrawn: by the person who asked. */
export const StageRefusal = z.enum(['declined', 'expired']);
export type StageRefusal = z.infer<typeof StageRefusal>;

/** The seat that this person has. */
export const seatOf = ({ seats }: Pick<StageSnapshot, 'seats'>, who: ParticipantId): Seat | undefined =>
  seats.find(({ occupant }) => occupant?.participantId === who);

/** Everybody on stage, in the order of their seats. */
export const seatedIds = ({ seats }: Pick<StageSnapshot, 'seats'>): ParticipantId[] =>
  seats.flatMap(({ occupant }) => (occupant ? [occupant.participantId] : []));

/** Whether a guest would find a seat. */
export const hasFreeSeat = ({ seats }: Pick<StageSnapshot, 'seats'>): boolean =>
  seats.some(({ number, isLocked, occupant }) => number !== HOST_SEAT && !isLocked && !occupant);
