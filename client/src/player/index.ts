/**
 * How a show is watched: one contract, and behind it the ways of delivery: WebRTC (WHEP), FLV over WebSocket or HTTP, low-latency HLS, HLS. A policy picks
 * the way, a safer one takes over behind the picture when it fails or stalls, and a nearer one when that has played well. Knows nothing of rooms.
 */
export type {
  AskBroadcastState,
  Player,
  PlayerOptions,
  PlayerSnapshot,
  PlayerSources,
  PlayerState,
  BroadcastState,
  Transport,
  PlaybackOption,
} from './Player';
export { TIERS, type LatencyPreference, type Tier } from './latencyTiers';
export { createPlayer } from './LivePlayer';
export { askPlaylist } from './broadcast';
