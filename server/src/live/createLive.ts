import type { Log } from '@lianmai/kit';
import type { BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { LiveFactory } from './contract.js';

export interface LiveOptions {
  bridges: BridgePool;
  assets: AssetStore;
  log: Log;
}

/** Gives each room its control. */
export function createLive(options: LiveOptions): LiveFactory {
  throw new Error(`not there yet: ${options.bridges.bridges.length}`);
}
