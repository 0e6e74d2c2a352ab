/**
 * HTTP-FLV and WS-FLV. A request passes the Door (gate, then stream) and is played to by the fan-out, which writes FlvBytes: one
 * write a player and batch, no copies, no frames and no promises per player.
 */
import { FanoutPool, type PlayerLimits } from '../../fanout/index.js';
import type { Log } from '@lianmai/kit';
import type { Router } from 'express';
import type { Gate } from '../../../hub/gate/index.js';
import type { StreamHub } from '../../../hub/stream/index.js';
import { PlayAdmission, type OpenRendition, type PlayAdmissionOptions } from './PlayAdmission.js';
import { FLV_PACKER, type FlvBytes } from './FlvBytes.js';
import { flvRoutes } from './flvRoutes.js';
import { playTo } from './playTo.js';
import { flvUpgrade, type UpgradeListener } from './wsFlv.js';

export type { OpenRendition } from './PlayAdmission.js';
export type { UpgradeListener } from './wsFlv.js';

export interface FlvOptions extends PlayerLimits, PlayAdmissionOptions {
  /** What came in this long is written at once; 0: every tag as it comes. */
  batchMs: number;
  openRendition?: OpenRendition;
}

export interface FlvOrigin {
  routes: Router;
  upgrade: UpgradeListener;
  players: Pick<FanoutPool<FlvBytes>, 'playerCount' | 'queuedBytes' | 'droppedTags'>;
}

export const FLV_DEFAULTS: FlvOptions = {
  batchMs: 100,
  maxQueueBytes: 8 * 1024 * 1024,
  maxQueueMs: 10_000,
  stallMs: 15_000,
  waitMs: 60_000,
  maxWaiting: 500,
};

const asItIs: OpenRendition = (stream) => stream;

export function createFlvOrigin(parts: { gate: Gate; hub: StreamHub; log: Log }, options: FlvOptions): FlvOrigin {
  const { openRendition = asItIs } = options;
  const fanouts = new FanoutPool({ ...options, name: 'flv', packer: FLV_PACKER, log: parts.log });
  const playAdmission = new PlayAdmission({ ...parts, openRendition }, options);
  const play = playTo(fanouts, parts.log);
  return { players: fanouts, routes: flvRoutes(playAdmission, play), upgrade: flvUpgrade(playAdmission, play, parts.log) };
}
