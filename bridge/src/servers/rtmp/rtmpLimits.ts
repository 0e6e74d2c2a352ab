/** Limits of the RTMP server: how much time and memory a peer may use. */
export interface RtmpLimits {
  /** Connections in total. */
  maxConnections: number;
  /** Connections per IP that neither publish nor play yet. */
  maxPendingPerIp: number;
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
  /** Bytes queued for a slow player, in addition to the initial GOP, before it skips to a key frame. */
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

/** Commands are short. A large 4K key frame stays well below the publishing limit. */
export const MAX_MESSAGE_BYTES = { beforePublishing: 1024 * 1024, publishing: 8 * 1024 * 1024 };
export const MAX_CHUNK_STREAMS = 64;
