/**
 * HTTP-FLV and WS-FLV. A request passes the Door (gate, then stream) and joins the stream's FlvChannel, which reads the hub once, joins tags of
 * `batchMs` into one buffer and hands that to every FlvPlayer: one write a player and batch, no copies, no frames and no promises per player.
 */
import type { Log } from '@lianmai/kit';
import type { Router } from 'express';
import type { Gate } from '../../gate/index.js';
import type { StreamHub } from '../../stream/index.js';
import { Door, type DoorOptions } from './Door.js';
import { FlvChannels, type ChannelsOptions } from './FlvChannels.js';
import { flvRoutes } from './http.js';
import { flvUpgrade, type UpgradeListener } from './webSocket.js';

export type { Rendition } from './FlvChannel.js';
export type { OpenRendition } from './FlvChannels.js';
export type { UpgradeListener } from './webSocket.js';

export interface FlvOptions extends ChannelsOptions, DoorOptions {}

export interface FlvOrigin {
  routes: Router;
  upgrade: UpgradeListener;
  channels: FlvChannels;
}

export const FLV_DEFAULTS: FlvOptions = {
  batchMs: 100,
  maxQueueBytes: 8 * 1024 * 1024,
  maxQueueMs: 10_000,
  stallMs: 15_000,
  waitMs: 60_000,
  maxWaiting: 500,
};

export function createFlvOrigin(parts: { gate: Gate; hub: StreamHub; log: Log }, options: FlvOptions): FlvOrigin {
  const channels = new FlvChannels(options);
  const door = new Door({ ...parts, check: (stream) => channels.check(stream) }, options);
  return { channels, routes: flvRoutes(door, channels, parts.log), upgrade: flvUpgrade(door, channels, parts.log) };
}
