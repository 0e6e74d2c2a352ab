import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import type { AssetId } from '@lianmai/protocol';
import type { Server } from 'socket.io';
import type { Bridge, BridgePool, BridgePoolEvents } from './contract.js';

export interface BridgesOptions {
  /** The namespace `/bridge` is added to it. */
  io: Server;
  /** Throws (or rejects) unless this is a token of a bridge: audience `lianmai:bridge`. */
  verify(token: string): unknown;
  /** Throws NOT_FOUND for an unknown asset. */
  fetchAsset(id: AssetId): Promise<Uint8Array>;
  log: Log;
  /** Default 5000. */
  requestTimeoutMs?: number;
  /** How long a bridge may stay away before it is gone, ms; default 10000. */
  graceMs?: number;
}

/** Every bridge that said hello. */
export class Bridges extends EventEmitter<BridgePoolEvents> implements BridgePool {
  constructor(options: BridgesOptions) {
    super();
    void options;
  }

  get bridges(): readonly Bridge[] {
    return [];
  }

  leastLoaded(): Bridge | null {
    return null;
  }

  /** The process that was started with this token has ended: its bridge is gone at once, without the grace. */
  tokenHolderEnded(token: string): void {
    void token;
  }

  close(reason: string): void {
    void reason;
  }
}
