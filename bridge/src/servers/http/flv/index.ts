/**
 * HTTP-FLV and WS-FLV. `PlayAdmission` admits a request (gate, then stream); the fan-out then plays to its socket. Per player and batch
 * that costs one write: no copy, no framing, no promise.
 */
import { FanoutPool } from '../../fanout/index.js';
import type { Log } from '@lianmai/kit';
import type { Router } from 'express';
import type { Gate } from '../../../hub/gate/index.js';
import type { StreamHub } from '../../../hub/stream/index.js';
import type { FlvOptions } from './flvPlayerLimits.js';
import { PlayAdmission, type OpenRendition } from './PlayAdmission.js';
import { FLV_PACKER, type FlvBytes } from './FlvBytes.js';
import { flvRoutes } from './flvRoutes.js';
import { playFlvTo } from './playFlv.js';
import { flvUpgrade, type UpgradeListener } from './wsFlv.js';

export { FLV_DEFAULTS, type FlvOptions } from './flvPlayerLimits.js';
export type { OpenRendition } from './PlayAdmission.js';
export type { UpgradeListener } from './wsFlv.js';

export interface FlvOrigin {
  routes: Router;
  upgrade: UpgradeListener;
  players: Pick<FanoutPool<FlvBytes>, 'playerCount' | 'queuedBytes' | 'droppedTags'>;
}

const unchanged: OpenRendition = (stream) => stream;

export function createFlvOrigin(parts: { gate: Gate; hub: StreamHub; log: Log }, options: FlvOptions): FlvOrigin {
  const { openRendition = unchanged } = options;
  const fanouts = new FanoutPool({ ...options, name: 'flv', packer: FLV_PACKER, log: parts.log });
  const playAdmission = new PlayAdmission({ ...parts, openRendition }, options);
  const play = playFlvTo(fanouts, parts.log);
  return { players: fanouts, routes: flvRoutes(playAdmission, play), upgrade: flvUpgrade(playAdmission, play, parts.log) };
}
