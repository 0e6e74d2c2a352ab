import { z } from 'zod';
import { ParticipantId } from '../ids.js';
import { RoomSnapshot } from '../room.js';
import { request } from './contract.js';
import { MediaJson } from './media.js';

export const IceServer = z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() });

/**
 * First message of a connection. `resume` continues an earlier participant within the grace: after a lost socket with media 'keep' (transports live on,
 * restart ICE), after a page reload with media 'fresh' (the old transports are closed).
 */
export const join = request({
  state: 'connected',
  permission: null,
  data: z.object({
    resume: z.object({ participantId: ParticipantId, secret: z.string().min(1).max(128), media: z.enum(['keep', 'fresh']) }).optional(),
  }),
  reply: z.object({
    participantId: ParticipantId,
    /** Proves later that a connection may continue this participant. */
    resumeSecret: z.string(),
    /** false: a new participant, or media could not be kept: make new transports. */
    mediaKept: z.boolean(),
    routerRtpCapabilities: MediaJson,
    iceServers: z.array(IceServer),
    snapshot: RoomSnapshot,
    /** Server time, epoch ms, for clocks on the page. */
    nowMs: z.number(),
  }),
});

export const leave = request({ state: 'joined', permission: null, data: z.object({}), reply: z.object({}) });
/** Round trip for the page's connection indicator. */
export const ping = request({ state: 'connected', permission: null, data: z.object({}), reply: z.object({ nowMs: z.number() }) });
