import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { MAX_SEATS, StagePolicy } from '../room.js';
import { PublishSource } from '../roles.js';
import { StreamRef } from '../streams.js';
import { request } from './contract.js';

const target = z.object({ participantId: ParticipantId });
const ok = z.object({});

/** A viewer asks for a seat. */
export const requestStage = request({ state: 'joined', permission: 'requestStage', data: z.object({}), reply: ok });
export const cancelStageRequest = request({ state: 'joined', permission: 'requestStage', data: z.object({}), reply: ok });
/** A viewer takes or refuses the seat that a moderator offered. */
export const answerInvitation = request({
  state: 'joined',
  permission: 'requestStage',
  data: z.object({ accept: z.boolean() }),
  reply: ok,
});
/** Gives the seat back and stays as a viewer. */
export const leaveStage = request({ state: 'joined', permission: null, data: z.object({}), reply: ok });

export const approveStageRequest = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const declineStageRequest = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const inviteToStage = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const cancelInvitation = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const takeDown = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const setStage = request({
  state: 'joined',
  permission: 'moderate',
  data: z.object({ policy: StagePolicy.optional(), seatLimit: z.number().int().min(1).max(MAX_SEATS).optional() }),
  reply: ok,
});

/** Streams that are live and that everybody may watch: what `seatStream` may be given. */
export const listStreams = request({
  state: 'joined',
  permission: 'moderate',
  data: z.object({}),
  reply: z.object({ streams: z.array(StreamRef.extend({ title: z.string() })) }),
});
/** A live stream takes a seat like a guest; `takeDown` sends it away. */
export const seatStream = request({
  state: 'joined',
  permission: 'moderate',
  data: StreamRef,
  reply: z.object({ participantId: ParticipantId }),
});

/** Pauses somebody's track; only its owner can open it again. */
export const muteParticipant = request({
  state: 'joined',
  permission: 'moderate',
  data: z.object({ participantId: ParticipantId, source: PublishSource }),
  reply: ok,
});
export const askToUnmute = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
/** Out of the room, and not back with the same identity while the room lives. */
export const removeParticipant = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const lockRoom = request({ state: 'joined', permission: 'moderate', data: z.object({ locked: z.boolean() }), reply: ok });
