/**
 * Sends one stream to many connections, in any protocol. A `FanoutPool` holds all players of one protocol; a `FanoutPlayback` is one of
 * them. The `Fanout` of a stream reads it once, joins the tags of `batchMs`, lets the protocol's `Packer` turn them into bytes once, and
 * hands the same buffers to each `PlayerQueue`. The `GopCache` keeps the last GOP for players that join. A `PlayerQueue` holds references
 * to what its connection has not accepted yet, and skips to a key frame when that grows too long.
 *
 *     const fanouts = new FanoutPool({ name: 'flv', packer, batchMs, log, ...limits });
 *     const playback = fanouts.open(stream, { socket, pick, admission, onEnd, onStalled, onError });
 *     playback.start();
 *     socket.once('close', () => playback.leave());
 */
export { FanoutPool } from './FanoutPool.js';
export type { FanoutPoolOptions, Packed, Packer, PlayerLimits, PlayerSink } from './fanoutContract.js';
export type { FanoutPlayback } from './FanoutPlayback.js';
