import { z } from 'zod';
import { AssetId, OutputId } from '../ids.js';
import { ProgramInfo, OutputInfo, OutputRequest, StartLive, UpdateLive, UpdateLiveReply } from '../program.js';
import { request } from './contract.js';

export const startLive = request({ state: 'joined', permission: 'live', data: StartLive, reply: ProgramInfo });
export const updateLive = request({ state: 'joined', permission: 'live', data: UpdateLive, reply: UpdateLiveReply });
export const stopLive = request({ state: 'joined', permission: 'live', data: z.object({}), reply: z.object({}) });
export const addOutput = request({ state: 'joined', permission: 'live', data: OutputRequest, reply: OutputInfo });
export const removeOutput = request({ state: 'joined', permission: 'live', data: z.object({ outputId: OutputId }), reply: z.object({}) });
/** Retries a failed or waiting output at once. */
export const retryOutput = request({ state: 'joined', permission: 'live', data: z.object({ outputId: OutputId }), reply: z.object({}) });

export const MAX_ASSET_BYTES = 4 * 1024 * 1024;
/** A background or logo as PNG, JPEG or WebP bytes. */
export const uploadAsset = request({
  state: 'joined',
  permission: 'live',
  data: z.object({ bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes') }),
  reply: z.object({ assetId: AssetId }),
});
