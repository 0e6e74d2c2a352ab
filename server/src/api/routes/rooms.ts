import type { RoomSummary } from '@lianmai/protocol';
import type { z } from 'zod';
import type { Room } from '../../rooms/index.js';
import { KEY_PER_MINUTE } from '../bounds.js';
import { route } from '../contract.js';
import { Nothing, RoomParams, RoomReply, RoomsReply, noBody } from '../schemas.js';

const common = { tag: 'rooms', right: 'key', perMinute: KEY_PER_MINUTE, ...noBody } as const;

export const rooms = [
  route({
    ...common,
    method: 'get',
    path: '/rooms',
    summary: 'List this server’s rooms',
    params: Nothing,
    reply: RoomsReply,
    status: 200,
    errors: [],
    handle: ({ services }) => ({ rooms: services.rooms.all.map(summaryOf) }),
  }),
  route({
    ...common,
    method: 'get',
    path: '/rooms/{room}',
    summary: 'List the people in a room and on its stage',
    params: RoomParams,
    reply: RoomReply,
    status: 200,
    errors: ['NOT_FOUND'],
    handle: ({ services, params }) => {
      const room = services.rooms.get(params.room);
      const participantList = room.participants.all.map((participant) => ({ ...participant.info(), identity: participant.identity }));
      return { ...summaryOf(room), participantList, stage: room.stage.snapshot };
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/rooms/{room}',
    summary: 'Close a room: end its program and disconnect everybody',
    params: RoomParams,
    reply: Nothing,
    status: 204,
    errors: ['NOT_FOUND'],
    handle: async ({ services, params }) => {
      await services.rooms.get(params.room).close('closed by the API');
      return {};
    },
  }),
];

function summaryOf(room: Room): z.input<typeof RoomSummary> {
  const { id, title, createdAtMs, locked } = room.info;
  return { id, title, createdAtMs, locked, participants: room.participants.size, live: room.isLive };
}
