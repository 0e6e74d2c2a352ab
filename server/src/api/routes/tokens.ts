import { TokenReply, TokenRequest } from '@lianmai/protocol';
import { KEY_PER_MINUTE, MAX_JSON_BYTES } from '../bounds.js';
import { route } from '../contract.js';
import { RoomParams } from '../schemas.js';

export const tokens = [
  route({
    method: 'post',
    path: '/rooms/{room}/tokens',
    summary: 'Issue a join token for one person and one room',
    tag: 'tokens',
    right: 'key',
    perMinute: KEY_PER_MINUTE,
    params: RoomParams,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
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
