import { z } from 'zod';
import { AssetId, OutputId } from '../ids.js';
import { ProgramInfo, OutputInfo, OutputRequest, StartLive, UpdateLive, UpdateLiveReply } from '../program.js';
import { MAX_REQUEST_BYTES, SMALL_REQUEST_BYTES, request } from './contract.js';

export const startLive = request({ state: 'joined', permission: 'live', maxBytes: MAX_REQUEST_BYTES, data: StartLive, reply: ProgramInfo });
export const updateLive = request({
  state: 'joined',
  permission: 'live',
  maxBytes: MAX_REQUEST_BYTES,
  data: UpdateLive,
  reply: UpdateLiveReply,
});
export const stopLive = request({
  state: 'joined',
  permission: 'live',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({}),
  reply: z.object({}),
});
export const addOutput = request({
  state: 'joined',
  permission: 'live',
  maxBytes: MAX_REQUEST_BYTES,
  data: OutputRequest,
  reply: OutputInfo,
});
export const removeOutput = request({
  state: 'joined',
  permission: 'live',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ outputId: OutputId }),
  reply: z.object({}),
});
/** Retries a failed or waiting output at once. */
export const retryOutput = request({
  state: 'joined',
  permission: 'live',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ outputId: OutputId }),
  reply: z.object({}),
});

export const MAX_ASSET_BYTES = 4 * 1024 * 1024;
const isAsset = (value: unknown) => value instanceof Uint8Array && value.length <= MAX_ASSET_BYTES;
const AssetBytes = z.custom<Uint8Array>(isAsset, `expected at most ${MAX_ASSET_BYTES} bytes`).meta({ maxLength: MAX_ASSET_BYTES });
/** A background or logo as PNG, JPEG or WebP bytes. */
export const uploadAsset = request({
  state: 'joined',
  permission: 'live',
  maxBytes: MAX_ASSET_BYTES + SMALL_REQUEST_BYTES,
  data: z.object({ bytes: AssetBytes }),
  reply: z.object({ assetId: AssetId }),
});
