import type { PlayerLimits } from '../../fanout/index.js';
import type { OpenRendition, PlayAdmissionOptions } from './PlayAdmission.js';

export interface FlvOptions extends PlayerLimits, PlayAdmissionOptions {
  /** Tags are collected for this long and sent with one write; 0: every tag at once. */
  batchMs: number;
  openRendition?: OpenRendition;
}

export const FLV_DEFAULTS: FlvOptions = {
  batchMs: 100,
  maxQueueBytes: 8 * 1024 * 1024,
  maxQueueMs: 10_000,
  stallMs: 15_000,
  waitMs: 60_000,
  maxWaiting: 500,
  maxWaitingPerAddress: 50,
  maxPerAddress: 2000,
};
