import { TokenReply, TokenRequest } from '@lianmai/protocol';
import { route } from '../contract.js';
import { RoomParams } from '../schemas.js';

export const tokens = [
  route({
    method: 'post',
    path: '/rooms/{room}/tokens',
    summary: 'Issue a join token for one person and one room',
    tag: 'tokens',
    access: 'key',
    params: RoomParams,
    bodyKind: 'json',
    body: TokenRequest,
    reply: TokenReply,
    status: 201,
    errors: [],
    handle: ({ services, params: { room }, body }) => {
      const { identity, name, ttlSeconds, role, publish, subscribe, moderate, live, liveAsStream } = body;
      const grants = { room, role, ...(publish && { publish }), ...(subscribe !== undefined && { subscribe }) };
      const rights = {
        ...(moderate !== undefined && { moderate }),
        ...(live !== undefined && { live }),
        ...(liveAsStream !== undefined && { liveAsStream }),
      };
      return services.authority.mintJoinToken({ identity, name, ttlSeconds, grants: { ...grants, ...rights } });
    },
  }),
];
