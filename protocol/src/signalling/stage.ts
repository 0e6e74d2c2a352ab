import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { PublishSource } from '../roles.js';
import { MAX_SEATS, SeatNumber, StageSettings, StageText } from '../stage.js';
import { StreamRef } from '../streams.js';
import { SMALL_REQUEST_BYTES, request } from './contract.js';

const target = z.object({ participantId: ParticipantId });
const ok = z.object({});
/** A command that carries the version of the stage which its sender saw is refused with CONFLICT if the stage has changed since. */
const seen = z.object({ ifVersion: z.number().int().nonnegative().optional() });
const own = { state: 'present', maxBytes: SMALL_REQUEST_BYTES, reply: ok } as const;
const asking = { ...own, permission: 'requestStage' } as const;
const assisting = { ...own, state: 'joined', permission: 'assist' } as const;
const moderating = { ...own, state: 'joined', permission: 'moderate' } as const;

/** Asks to come on stage, as a viewer. Asking again changes message and wish, and keeps the place in the queue. */
export const requestStage = request({
  ...asking,
  data: z.object({ message: StageText.default(''), seat: SeatNumber.nullable().default(null), soundOnly: z.boolean().default(false) }),
});
export const cancelStageRequest = request({ ...asking, data: z.object({}) });
/** Accepts or declines a moderator's invitation. */
export const answerInvitation = request({ ...asking, data: z.object({ accept: z.boolean(), soundOnly: z.boolean().default(false) }) });
/** Leaves the stage, or backstage, and stays as a viewer. */
export const leaveStage = request({ ...own, state: 'joined', permission: null, data: z.object({}) });

/** Lets somebody in who asked: backstage, or on air at once if the stage's `approvedGoOnAir` says so. */
export const approveStageRequest = request({ ...assisting, data: target.extend(seen.shape) });
export const declineStageRequest = request({ ...assisting, data: target.extend({ reason: StageText.default(''), ...seen.shape }) });
export const inviteToStage = request({ ...assisting, data: target.extend({ seat: SeatNumber.nullable().default(null), ...seen.shape }) });
export const cancelInvitation = request({ ...assisting, data: target.extend(seen.shape) });
/** Puts somebody who is backstage on stage, and so into the program: on this seat, the one that they wished for, or the first free one. */
export const bringOnAir = request({ ...moderating, data: target.extend({ seat: SeatNumber.optional(), ...seen.shape }) });
/** Takes somebody off the air, connected and seen by moderators. */
export const sendBackstage = request({ ...moderating, data: target.extend(seen.shape) });
/** Takes somebody off the stage or from backstage, into the audience. */
export const takeDown = request({ ...moderating, data: target.extend(seen.shape) });
/** Moves somebody to another seat; a moderator's command exchanges them with whoever sits there. People on stage may move themselves to an empty one. */
export const moveSeat = request({
  ...own,
  state: 'joined',
  permission: 'publish',
  data: target.extend({ seat: SeatNumber, ...seen.shape }),
});
/** Locks or unlocks an empty seat, or the microphone of a seat (禁麦). */
export const setSeat = request({
  ...moderating,
  data: z.object({ seat: SeatNumber, isLocked: z.boolean().optional(), isMicrophoneLocked: z.boolean().optional(), ...seen.shape }),
});
/** The host appoints somebody on stage to answer requests, invite and mute, or ends that. */
export const setCoHost = request({ ...moderating, data: target.extend({ isCoHost: z.boolean(), ...seen.shape }) });
/** The host hands the room over to somebody on stage. */
export const transferHost = request({ ...moderating, data: target.extend(seen.shape) });
/** A moderator becomes host, once the host has been away for `rooms.hostGraceMs`, or if there is none. */
export const takeOverHost = request({ ...moderating, data: seen });
export const setStage = request({
  ...moderating,
  data: StageSettings.partial().extend({ seatLimit: z.number().int().min(1).max(MAX_SEATS).optional(), ...seen.shape }),
});

/** Lists live streams that anybody may watch: those that `seatStream` accepts. */
export const listStreams = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: z.object({ streams: z.array(StreamRef.extend({ title: z.string() })) }),
});
/** Gives a live stream a seat like a guest's. `takeDown` removes it. */
export const seatStream = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: StreamRef,
  reply: z.object({ participantId: ParticipantId }),
});

/** Pauses someone's track. Only its owner can unmute it. */
export const muteParticipant = request({ ...assisting, data: target.extend({ source: PublishSource }) });
export const askToUnmute = request({ ...assisting, data: target });
/** Removes someone from the room and bars their identity until the room closes. */
export const removeParticipant = request({ ...moderating, data: target });
export const lockRoom = request({ ...moderating, data: z.object({ locked: z.boolean() }) });
