import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { MAX_SEATS, StagePolicy } from '../room.js';
import { PublishSource } from '../roles.js';
import { StreamRef } from '../streams.js';
import { request } from './contract.js';

const target = z.object({ participantId: ParticipantId });
const ok = z.object({});

/** Asks for a seat, as a viewer. */
export const requestStage = request({ state: 'joined', permission: 'requestStage', data: z.object({}), reply: ok });
export const cancelStageRequest = request({ state: 'joined', permission: 'requestStage', data: z.object({}), reply: ok });
/** Accepts or declines the seat that a moderator offered. */
export const answerInvitation = request({
  state: 'joined',
  permission: 'requestStage',
  data: z.object({ accept: z.boolean() }),
  reply: ok,
});
/** Gives up the seat and stays as a viewer. */
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

/** Lists live streams that anybody may watch: those that `seatStream` accepts. */
export const listStreams = request({
  state: 'joined',
  permission: 'moderate',
  data: z.object({}),
  reply: z.object({ streams: z.array(StreamRef.extend({ title: z.string() })) }),
});
/** Gives a live stream a seat like a guest's. `takeDown` removes it. */
export const seatStream = request({
  state: 'joined',
  permission: 'moderate',
  data: StreamRef,
  reply: z.object({ participantId: ParticipantId }),
});

/** Pauses someone's track. Only its owner can unmute it. */
export const muteParticipant = request({
  state: 'joined',
  permission: 'moderate',
  data: z.object({ participantId: ParticipantId, source: PublishSource }),
  reply: ok,
});
export const askToUnmute = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
/** Removes someone from the room and bars their identity until the room closes. */
export const removeParticipant = request({ state: 'joined', permission: 'moderate', data: target, reply: ok });
export const lockRoom = request({ state: 'joined', permission: 'moderate', data: z.object({ locked: z.boolean() }), reply: ok });
