/**
 * The RTMP server: encoders publish, players play, on one port (and on another inside TLS). A connection goes through
 *
 *   Door (counts) -> RtmpPeer (handshake, chunks) -> RtmpSession (commands) -> Publishing (to the hub) or Playing (from it)
 *
 * Both ask the gate first. Players are served by the fan-out, which makes chunks of a stream once and gives all of them the same buffers. Everything a peer can make us keep or wait for is bounded in `limits.ts`.
 */
export type { RtmpLimits } from './rtmpLimits.js';
export { RtmpServer, type RtmpServerOptions } from './RtmpServer.js';
