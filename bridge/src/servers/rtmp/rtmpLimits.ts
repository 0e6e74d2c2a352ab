/** Bounds of the RTMP server: what a peer may take of our time and memory. */
export interface RtmpLimits {
  /** Connections in all. */
  maxConnections: number;
  /** Connections of one address that neither publish nor play yet. */
  maxPendingPerIp: number;
  /** The handshake (and that of TLS) must be over. */
  handshakeMs: number;
  /** It must publish or play. */
  commandMs: number;
  /** A publisher from which no media comes. */
  mediaMs: number;
  /** A publisher that has been silent for so long gives way to the next: mostly it is the same one, back on another network. */
  silentMs: number;
  /** A player that takes nothing. */
  stallMs: number;
  /** What waits for a slow player, beyond what it started with, before it is moved on to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
}

export const DEFAULT_LIMITS: RtmpLimits = {
  maxConnections: 5000,
  maxPendingPerIp: 256,
  handshakeMs: 10_000,
  commandMs: 10_000,
  mediaMs: 30_000,
  silentMs: 5000,
  stallMs: 15_000,
  maxQueueBytes: 8 * 1024 * 1024,
  maxQueueMs: 10_000,
};

/** Commands are short; a raw 4K key frame is far below the other. */
export const MAX_MESSAGE_BYTES = { beforePublishing: 1024 * 1024, publishing: 8 * 1024 * 1024 };
export const MAX_CHUNK_STREAMS = 64;
