/**
 * One stream to many connections, whatever they speak. `Fanouts` are all players of one protocol. A `Playback` is one of them: it opens what the player can
 * play of a stream, and moves to another when that no longer fits. It has a seat in the `Fanout` of what it plays, which reads the hub once, joins the tags of
 * `batchMs`, has the protocol's `Packer` make bytes of them once, and hands the same buffers to each `Player`. The `GroupCache` keeps the last group of
 * pictures for those who come; a `Player` queues by reference what its connection does not take, and is moved on to a key frame when that is too much.
 *
 *     const fanouts = new Fanouts({ name: 'flv', packer, batchMs, log, ...limits });
 *     const playback = fanouts.open(stream, openRendition, { socket, pick, admission, onEnd, onStalled, onError });
 *     playback.start();
 *     socket.once('close', () => playback.leave());
 */
export { FanoutPool } from './FanoutPool.js';
export type { FanoutPoolOptions, Packed, Packer, PlayerLimits, Rendition, Sink } from './contract.js';
export type { Playback } from './Playback.js';
