import { AssetId, EpochMs, RoomId } from '@lianmai/protocol';
import { z } from 'zod';
import { KEY_PER_MINUTE } from '../bounds.js';
import { route } from '../contract.js';
import { Nothing, noBody } from '../schemas.js';

const common = { tag: 'assets', right: 'key', perMinute: KEY_PER_MINUTE, ...noBody } as const;

const Asset = z
  .object({
    assetId: AssetId,
    /** The room whose people uploaded it; null: the API. */
    room: RoomId.nullable(),
    /** Space on the disk. */
    bytes: z.number().int(),
    usedAtMs: EpochMs,
    /** A program shows it. */
    isInUse: z.boolean(),
  })
  .meta({ id: 'Asset' });

/** Uploaded backgrounds and logos. */
export const assets = [
  route({
    ...common,
    method: 'get',
    path: '/assets',
    summary: 'List uploaded pictures, the longest unused first',
    params: Nothing,
    query: z.object({ room: RoomId.optional(), limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    reply: z.object({ assets: z.array(Asset) }),
    status: 200,
    errors: [],
    handle: ({ services, query: { room, limit } }) => {
      const all = services.assets.list();
      return { assets: (room === undefined ? all : all.filter((asset) => asset.room === room)).slice(0, limit) };
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/assets/{assetId}',
    summary: 'Delete an uploaded picture that no program shows',
    params: z.object({ assetId: AssetId }),
    reply: Nothing,
    status: 204,
    errors: ['NOT_FOUND', 'WRONG_STATE'],
    handle: async ({ services, params }) => {
      await services.assets.delete(params.assetId);
      return {};
    },
  }),
];
