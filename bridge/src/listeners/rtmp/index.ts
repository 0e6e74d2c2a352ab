/**
 * The RTMP server: encoders publish, players play, on one port (and on another inside TLS). A connection goes through
 *
 *   Door (counts) -> RtmpPeer (handshake, chunks) -> RtmpSession (commands) -> Publishing (to the hub) or Playing (from it)
 *
 * Both ask the gate first. All players of a stream share one PlayFeed: it reads the stream once, makes chunks once, and gives each player's PlayQueue
 * the same buffers. Everything a peer can make us keep or wait for is bounded in `limits.ts`.
 */
export type { RtmpLimits } from './limits.js';
export { RtmpServer, type RtmpServerOptions } from './RtmpServer.js';
