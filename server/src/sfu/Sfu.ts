import type { Log } from '@lianmai/kit';
import type { RoomId } from '@lianmai/protocol';
import type { RoomMedia } from './contract.js';

export interface SfuOptions {
  /** mediasoup worker processes; default: one a core. */
  workers?: number;
  /** Worker i listens on UDP and TCP port `rtcPort + i`; 0: any free ports. */
  rtcPort: number;
  /** Interface to listen on; 0.0.0.0 for all. */
  listenIp: string;
  /** What browsers are told to connect to; empty: `listenIp`, or this machine's own addresses when that is a wildcard. */
  announcedIps: readonly string[];
  log: Log;
  /** A room's peers on one worker before it spills to another; default 100. */
  maxPeersPerWorker?: number;
  /** A room's consumers on one worker before it spills to another; default 400 (mediasoup: about 500 a core). */
  maxConsumersPerWorker?: number;
  /** Ports of pipes and taps, which never leave the host or its bridges; default 20000-29999. */
  plainPorts?: { min: number; max: number };
  /** Upper bound of what one participant may send, kbit/s; default 8000. */
  maxIncomingKbps?: number;
}

export interface SfuStats {
  workers: number;
  workerRestarts: number;
  rooms: number;
  peers: number;
  producers: number;
  consumers: number;
  pipes: number;
  taps: number;
}

export interface Sfu {
  createRoom(roomId: RoomId): Promise<RoomMedia>;
  /** For metrics; cheap. */
  readonly stats: SfuStats;
  close(reason: string): Promise<void>;
}

/** Resolves when every worker listens; rejects, naming the port, when one cannot. */
export function createSfu(options: SfuOptions): Promise<Sfu> {
  return Promise.reject(new Error(`not there yet: ${options.rtcPort}`));
}
