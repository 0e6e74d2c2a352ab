/**
 * One stream to many connections, whatever they speak. A `FanoutPool` holds all players of one protocol; a `Playback` is one of them. The `Fanout` of a stream
 * reads it once, joins the tags of `batchMs`, has the protocol's `Packer` make bytes of them once, and hands the same buffers to each `PlayerQueue`. The
 * `GopCache` keeps the last group of pictures for players that join. A `PlayerQueue` queues by reference what its connection does not take yet, and skips to a
 * key frame when that becomes too much.
 *
 *     const fanouts = new FanoutPool({ name: 'flv', packer, batchMs, log, ...limits });
 *     const playback = fanouts.open(stream, { socket, pick, admission, onEnd, onStalled, onError });
 *     playback.start();
 *     socket.once('close', () => playback.leave());
 */
export { FanoutPool } from './FanoutPool.js';
export type { FanoutPoolOptions, Packed, Packer, PlayerLimits, PlayerSink } from './fanoutContract.js';
export type { FanoutPlayback } from './FanoutPlayback.js';
