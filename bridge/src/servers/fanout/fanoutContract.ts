import type { Writable } from 'node:stream';
import type { Log } from '@lianmai/kit';
import type { FlvTag } from '../../media/formats/index.js';
import type { Admission } from '../../hub/gate/index.js';

/** Media as a protocol's players get it: made once, the same for all of them. */
export interface Packed {
  readonly bytes: Buffer;
}

/** What a protocol knows that has players. */
export interface Packer<P extends Packed> {
  /** How long the codecs of a stream that has just begun are awaited, so that the header tells the truth. */
  settleMs: number;
  /** What only the very first bytes of a player have before them. */
  header(kinds: { hasVideo: boolean; hasAudio: boolean }): Buffer[];
  /** Times are the stream's own: what makes the bytes the same for all. */
  partsOf(tag: FlvTag): Buffer[];
  /** The only copy of media on its way to any number of players. */
  join(parts: readonly Buffer[]): P;
}

/** Some tags, packed. */
export interface Batch<P extends Packed> {
  packed: P;
  /** Decoding times of its first and last tag, ms. */
  firstMs: number;
  dtsMs: number;
  tagCount: number;
  /** When the group of pictures began that it belongs to. */
  groupMs: number;
}

/** The connection of a player. */
export interface PlayerSink<P extends Packed> {
  /** Written to as it is: what frames and chunks would cost for each player is done once for all. */
  socket: Writable;
  /** Which shape of the bytes it gets. */
  pick: (packed: P) => Buffer;
  admission: Pick<Admission, 'bytes'>;
  /** The stream has ended and everything has been taken: says goodbye. */
  onEnd: () => void;
  /** It takes nothing any more. */
  onStalled: () => void;
  /** The stream cannot be played to it any more. */
  onError: (error: unknown) => void;
}

export interface PlayerLimits {
  /** What waits for a slow player, beyond what it started with, before it is moved on to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** A player that takes nothing for this long is cut off. */
  stallMs: number;
}

export interface FanoutPoolOptions<P extends Packed> extends PlayerLimits {
  /** For logs. */
  name: string;
  packer: Packer<P>;
  /** Tags are collected for this long and written at once: what costs is the number of writes. 0: every tag as it comes. */
  batchMs: number;
  log: Log;
}
