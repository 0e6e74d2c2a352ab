import { LianmaiError, ParticipantId, RoomId, StreamRef } from '@lianmai/protocol';
import { z } from 'zod';
import { KEY_PER_MINUTE, MAX_JSON_BYTES } from '../bounds.js';
import { route } from '../contract.js';
import { Nothing, RoomParams, noBody } from '../schemas.js';

const common = { tag: 'rooms', right: 'key', perMinute: KEY_PER_MINUTE } as const;

/** Controls a room's stage from outside. */
export const stage = [
  route({
    ...common,
    method: 'post',
    path: '/rooms/{room}/stage/streams',
    summary: 'Give a live stream a seat on stage, like a guest',
    params: RoomParams,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: StreamRef,
    reply: z.object({ participantId: ParticipantId }),
    status: 201,
    errors: ['NOT_FOUND', 'STAGE_FULL'],
    handle: async ({ services, params, body }) => {
      const room = services.rooms.get(params.room);
      const { title } = await services.seatableStreams.get(body, 'api');
      return { participantId: room.streams.seat(body, title).id };
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/rooms/{room}/stage/{participant}',
    summary: 'Take a participant down from the stage or from backstage; a stream also leaves the room',
    params: z.object({ room: RoomId, participant: ParticipantId }),
    ...noBody,
    reply: Nothing,
    status: 204,
    errors: ['NOT_FOUND'],
    handle: ({ services, params }) => {
      const room = services.rooms.get(params.room);
      const { place, id } = room.participants.get(params.participant);
      if (place === 'audience')
        throw new LianmaiError('NOT_FOUND', undefined, { message: 'This participant is neither on stage nor backstage.' });
      room.stage.run({ type: 'comeDown', who: id });
      return {};
    },
  }),
];
