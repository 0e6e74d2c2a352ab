import {
  AssetId,
  ERRORS,
  LianmaiError,
  MAX_ASSET_BYTES,
  OutputInfo,
  OutputRequest,
  StartLive,
  UpdateLive,
  UpdateLiveReply,
} from '@lianmai/protocol';
import { z } from 'zod';
import type { Room } from '../../rooms/index.js';
import { KEY_PER_MINUTE, MAX_JSON_BYTES } from '../bounds.js';
import { route, type ApiServices, type Caller } from '../contract.js';
import { ProgramReply, Nothing, OutputParams, RoomParams, noBody } from '../schemas.js';

const common = {
  tag: 'live',
  right: 'key',
  perMinute: KEY_PER_MINUTE,
  params: RoomParams,
  errors: ['NOT_FOUND', 'WRONG_STATE', 'BRIDGE_UNAVAILABLE'],
} as const;
const path = '/rooms/{room}/live';

export const program = [
  route({
    ...common,
    method: 'post',
    path,
    summary: 'Go live, creating the room if it does not exist',
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: StartLive,
    reply: ProgramReply,
    status: 201,
    errors: [...common.errors, 'ENCODER_UNAVAILABLE', 'NAME_TAKEN', 'PROGRAM_LIMIT', 'TIMEOUT'],
    handle: async ({ services, params, body, caller }) => {
      const room = await services.rooms.open(params.room);
      await room.program.start(body, { liveAsStream: true, isAnonymous: false, network: null });
      return replyOf(room, services, caller);
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'get',
    path,
    summary: 'Read the program: state, scene, outputs and statistics',
    reply: ProgramReply,
    status: 200,
    handle: ({ services, params, caller }) => replyOf(services.rooms.get(params.room), services, caller),
  }),
  route({
    ...common,
    method: 'patch',
    path,
    summary: 'Change the scene or mix atomically; returns when the change goes on air',
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: UpdateLive,
    reply: UpdateLiveReply,
    status: 200,
    errors: [...common.errors, 'CONFLICT'],
    handle: ({ services, params, body }) => services.rooms.get(params.room).program.update(body),
  }),
  route({
    ...common,
    ...noBody,
    method: 'delete',
    path,
    summary: 'Stop the program and end every output cleanly',
    reply: Nothing,
    status: 204,
    handle: async ({ services, params }) => {
      await services.rooms.get(params.room).program.running().stop();
      return {};
    },
  }),
  route({
    ...common,
    method: 'post',
    path: `${path}/outputs`,
    summary: 'Add a destination while live',
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: OutputRequest,
    reply: OutputInfo,
    status: 201,
    handle: ({ services, params, body }) => services.rooms.get(params.room).program.running().addOutput(body),
  }),
  route({
    ...common,
    ...noBody,
    method: 'delete',
    path: `${path}/outputs/{id}`,
    summary: 'Remove a destination while live',
    params: OutputParams,
    reply: Nothing,
    status: 204,
    handle: async ({ services, params }) => {
      await services.rooms.get(params.room).program.running().removeOutput(params.id);
      return {};
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'post',
    path: `${path}/outputs/{id}/retry`,
    summary: 'Retry a failed or waiting destination at once',
    params: OutputParams,
    reply: Nothing,
    status: 204,
    handle: async ({ services, params }) => {
      await services.rooms.get(params.room).program.running().retryOutput(params.id);
      return {};
    },
  }),
  route({
    ...common,
    method: 'post',
    path: `${path}/assets`,
    summary: 'Upload a background or logo for scenes (PNG, JPEG or WebP, at most 4 MB); it stays until it is deleted',
    bodyKind: 'image',
    maxBodyBytes: MAX_ASSET_BYTES,
    body: z.instanceof(Uint8Array),
    reply: z.object({ assetId: AssetId }),
    status: 201,
    errors: ['TOO_LARGE', 'UNSUPPORTED', 'STORE_FULL'],
    handle: async ({ services, body }) => ({ assetId: await services.assets.save(body, null) }),
  }),
];

function replyOf({ program }: Room, { originUrl, originPort }: ApiServices, { baseUrl, hostname }: Caller): z.input<typeof ProgramReply> {
  const { info, origin } = program;
  if (!info) throw new LianmaiError('NOT_FOUND', undefined, { message: `${ERRORS.NOT_FOUND.message} The room is not live.` });
  const base = originUrl ?? origin?.url ?? `http://${hostname}:${origin?.port ?? originPort}`;
  return { ...info, hls: `${base}${info.hlsPath}`, watch: `${baseUrl}/watch/${info.room}` };
}
