/**
 * The RTMP server: encoders publish and players play on one port (and on another with TLS). A connection passes through
 *
 *   ConnectionLimiter -> RtmpServerConnection (handshake, chunks) -> RtmpSession (commands) -> RtmpPublisher (to the hub) or RtmpPlayer (from it)
 *
 * Both roles ask the gate first. The fan-out serves the players: it chunks a stream once and gives all of them the same buffers.
 * `rtmpLimits.ts` bounds everything that a peer can make us store or wait for.
 */
export type { RtmpLimits } from './rtmpLimits.js';
export { RtmpServer, type RtmpServerOptions } from './RtmpServer.js';
