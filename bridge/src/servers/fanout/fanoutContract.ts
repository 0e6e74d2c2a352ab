import type { Writable } from 'node:stream';
import type { Log } from '@lianmai/kit';
import type { FlvTag } from '../../media/formats/index.js';
import type { Admission } from '../../hub/gate/index.js';

/** Media packed for one protocol, shared by all its players. */
export interface Packed {
  readonly bytes: Buffer;
}

/** How a protocol packs media. */
export interface Packer<P extends Packed> {
  /** How long to wait for both tracks of a new stream, so that the header is right. 0: do not wait. */
  settleMs: number;
  /** Bytes that precede everything else a player gets. */
  header(kinds: { hasVideo: boolean; hasAudio: boolean }): Buffer[];
  /** Uses the stream's own timestamps, so the bytes are the same for all players. */
  partsOf(tag: FlvTag): Buffer[];
  /** Copies the parts into one buffer: the only copy, however many players there are. */
  join(parts: readonly Buffer[]): P;
}

/** A run of tags, packed. */
export interface Batch<P extends Packed> {
  packed: P;
  /** Decoding times of its first and last tag, ms. */
  firstMs: number;
  dtsMs: number;
  tagCount: number;
  /** Start time of its GOP. */
  groupMs: number;
}

/** A player's connection. */
export interface PlayerSink<P extends Packed> {
  /** Written to directly: framing and chunking are done once for all players. */
  socket: Writable;
  /** Chooses the form of the bytes that this player gets. */
  pick: (packed: P) => Buffer;
  admission: Pick<Admission, 'bytes'>;
  /** Called when the stream has ended and all bytes are sent. Closes the connection in the protocol's way. */
  onEnd: () => void;
  /** Called when the player has stopped reading. */
  onStalled: () => void;
  /** Called when the stream can no longer be played. */
  onError: (error: unknown) => void;
}

export interface PlayerLimits {
  /** Bytes queued for a slow player, in addition to the initial GOP, before it skips to a key frame. */
  maxQueueBytes: number;
  maxQueueMs: number;
  /** A player that reads nothing for this long is disconnected. */
  stallMs: number;
}

export interface FanoutPoolOptions<P extends Packed> extends PlayerLimits {
  /** Name in logs. */
  name: string;
  packer: Packer<P>;
  /** Tags are collected for this long and sent with one write, because the number of writes determines the cost. 0: every tag at once. */
  batchMs: number;
  log: Log;
}
