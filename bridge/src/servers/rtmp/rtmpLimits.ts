import { LISTENERS } from '../listener/index.js';

/** Limits of the RTMP server: how much time and memory a peer may use. */
export interface RtmpLimits {
  /** Connections in total. A tenth is kept free of players. */
  maxConnections: number;
  /** Publishers and players of one address; a tenth is kept free of players. */
  maxPerAddress: number;
  /** Connections per address that neither publish nor play yet. */
  maxPendingPerAddress: number;
  /** Time for the RTMP handshake, and for the TLS handshake before it. */
  handshakeMs: number;
  /** Time until the client must publish or play. */
  commandMs: number;
  /** A publisher without media for this long is disconnected. */
  mediaMs: number;
  /** A publisher silent for this long gives way to the next, which is usually the same encoder on another network. */
  silentMs: number;
  /** A player that reads nothing for this long is disconnected. */
  stallMs: number;
  /** A player that pauses for longer is disconnected. */
  pausedMs: number;
  /** Bytes queued for a slow player, in addition to the initial GOP, before it skips to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
}

export const DEFAULT_LIMITS: RtmpLimits = {
  maxConnections: 5000,
  maxPerAddress: 500,
  maxPendingPerAddress: 256,
  handshakeMs: 10_000,
  commandMs: 10_000,
  mediaMs: 30_000,
  silentMs: 5000,
  stallMs: 15_000,
  pausedMs: 10 * 60_000,
  maxQueueBytes: 8 * 1024 * 1024,
  maxQueueMs: 10_000,
};

/** Commands are short. A large 4K key frame stays well below the publishing limit. */
export const MAX_MESSAGE_BYTES = { beforePublishing: LISTENERS.rtmp.maxMessageBytes, publishing: 8 * 1024 * 1024 };
export const MAX_CHUNK_STREAMS = 64;
