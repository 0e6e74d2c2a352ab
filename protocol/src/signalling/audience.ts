import { z } from 'zod';
import { AudiencePage, AudienceQuery, AudienceSnapshot } from '../audience.js';
import { ParticipantId } from '../ids.js';
import { SMALL_REQUEST_BYTES, request } from './contract.js';

/**
 * Attends the room: an alternative to `join` for those who watch the program by other means. No media and no events about single people, only
 * `audienceChanged`, `chatBatch` and what concerns oneself. From the stage, it is the way back. A room that is not open gets NOT_FOUND.
 */
export const attend = request({
  state: 'connected',
  permission: 'subscribe',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: z.object({
    participantId: ParticipantId,
    snapshot: AudienceSnapshot,
    /** Server time in epoch ms, for clocks on the page. */
    nowMs: z.number(),
  }),
});

export const listAudience = request({
  state: 'joined',
  permission: 'assist',
  maxBytes: SMALL_REQUEST_BYTES,
  data: AudienceQuery,
  reply: AudiencePage,
});
