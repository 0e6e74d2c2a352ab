import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { MAX_SEATS, StagePolicy } from '../room.js';
import { PublishSource } from '../roles.js';
import { StreamRef } from '../streams.js';
import { SMALL_REQUEST_BYTES, request } from './contract.js';

const target = z.object({ participantId: ParticipantId });
const ok = z.object({});

/** Asks to come on stage, as a viewer. */
export const requestStage = request({
  state: 'joined',
  permission: 'requestStage',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: ok,
});
export const cancelStageRequest = request({
  state: 'joined',
  permission: 'requestStage',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: ok,
});
/** Accepts or declines a moderator's invitation. */
export const answerInvitation = request({
  state: 'joined',
  permission: 'requestStage',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ accept: z.boolean() }),
  reply: ok,
});
/** Leaves the stage, or backstage, and stays as a viewer. */
export const leaveStage = request({ state: 'joined', permission: null, maxBytes: SMALL_REQUEST_BYTES, data: z.object({}), reply: ok });

/** Lets somebody in who asked: backstage, or on air at once if the stage's `approvedGoOnAir` says so. */
export const approveStageRequest = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: target,
  reply: ok,
});
export const declineStageRequest = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: target,
  reply: ok,
});
export const inviteToStage = request({ state: 'joined', permission: 'moderate', maxBytes: SMALL_REQUEST_BYTES, data: target, reply: ok });
export const cancelInvitation = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: target,
  reply: ok,
});
/** Puts somebody who is backstage on stage, and so into the program. */
export const bringOnAir = request({ state: 'joined', permission: 'moderate', maxBytes: SMALL_REQUEST_BYTES, data: target, reply: ok });
/** Takes somebody off the air, connected and seen by moderators. */
export const sendBackstage = request({ state: 'joined', permission: 'moderate', maxBytes: SMALL_REQUEST_BYTES, data: target, reply: ok });
/** Takes somebody off the stage or from backstage, into the audience. */
export const takeDown = request({ state: 'joined', permission: 'moderate', maxBytes: SMALL_REQUEST_BYTES, data: target, reply: ok });
export const setStage = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({
    policy: StagePolicy.optional(),
    approvedGoOnAir: z.boolean().optional(),
    seatLimit: z.number().int().min(1).max(MAX_SEATS).optional(),
  }),
  reply: ok,
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
export const muteParticipant = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ participantId: ParticipantId, source: PublishSource }),
  reply: ok,
});
export const askToUnmute = request({ state: 'joined', permission: 'moderate', maxBytes: SMALL_REQUEST_BYTES, data: target, reply: ok });
/** Removes someone from the room and bars their identity until the room closes. */
export const removeParticipant = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: target,
  reply: ok,
});
export const lockRoom = request({
  state: 'joined',
  permission: 'moderate',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ locked: z.boolean() }),
  reply: ok,
});
