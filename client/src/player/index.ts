/**
 * How a broadcast is played. One contract hides the transports: WebRTC (WHEP), FLV over WebSocket or HTTP, low-latency HLS, and HLS.
 * A policy picks an option. A safer one takes over behind the picture when it fails or stalls, and a lower-latency one after steady
 * playback. Knows nothing of rooms.
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
