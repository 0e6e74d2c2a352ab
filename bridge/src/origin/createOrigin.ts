import type { Closable, Log, Metrics } from '@lianmai/kit';
import type { StreamHub, StreamId } from '../stream/index.js';

export interface OriginOptions {
  hub: StreamHub;
  /** 0: any free port. */
  port: number;
  host?: string;
  log: Log;
  metrics?: Metrics;
}

export interface Origin extends Closable {
  readonly port: number;
  /** How many players have asked for this stream's playlist in the last 10 s. */
  viewers(id: StreamId): number;
  close(reason: string): Promise<void>;
}

/** Listens when it resolves; rejects when the port is taken. */
export function createOrigin(options: OriginOptions): Promise<Origin> {
  void options;
  throw new Error('being written');
}
