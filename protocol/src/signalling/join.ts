import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { RoomSnapshot } from '../room.js';
import { SMALL_REQUEST_BYTES, request } from './contract.js';
import { MediaJson } from './media.js';

export const IceServer = z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() });

/**
 * First message of a connection. `resume` continues an earlier participant within the grace period: with media 'keep' after a lost socket
 * (transports survive, restart ICE), or with media 'fresh' after a page reload (old transports are closed).
 */
export const join = request({
  state: 'connected',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({
    resume: z.object({ participantId: ParticipantId, secret: z.string().min(1).max(128), media: z.enum(['keep', 'fresh']) }).optional(),
  }),
  reply: z.object({
    participantId: ParticipantId,
    /** Proves that a later connection may resume this participant. */
    resumeSecret: z.string(),
    /** false: this is a new participant, or its media is gone. Make new transports. */
    mediaKept: z.boolean(),
    routerRtpCapabilities: MediaJson,
    iceServers: z.array(IceServer),
    snapshot: RoomSnapshot,
    /** Server time in epoch ms, for clocks on the page. */
    nowMs: z.number(),
  }),
});

export const leave = request({
  state: 'present',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: z.object({}),
});
/** Measures the round trip for the page's connection indicator. */
export const ping = request({
  state: 'connected',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: z.object({ nowMs: z.number() }),
});
