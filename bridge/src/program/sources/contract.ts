import type { Closable } from '@lianmai/kit';
import type { SourceId, Tile } from '@lianmai/protocol';

/** A decoded picture. I420, planar, stride = width; width and height are even. Valid until the source's next `frameAt`. */
export interface Frame {
  width: number;
  height: number;
  data: Uint8Array;
  /** Grows with every new picture of this source, so that a composer can skip what it has drawn already. */
  sequence: number;
}

/**
 * What the compositor mixes: a picture and sound on the monotonic clock (`nowMs` of bridge/src/clock.ts). Sources never block and never throw from these calls;
 * a source that has nothing answers null and silence.
 */
export interface Source extends Closable {
  readonly id: SourceId;
  /** The picture to show in the tick that plays at `atMs`: the nearest one that is due (half a tick early counts), else the last one; null when none came for 2 s. */
  frameAt(atMs: number): Frame | null;
  /** Adds the sound that plays in [atMs, atMs + samples/48) to `out` (interleaved stereo, -1..1, 2 x samples). Answers false when it added only silence. */
  mixAudioInto(out: Float32Array, atMs: number, gain: number): boolean;
  /** The size at which the picture is wanted, so that it is decoded to that; null: not visible, decoding may stop. */
  setTile(tile: Pick<Tile, 'width' | 'height' | 'fit'> | null): void;
  /** Capture → composition now, ms. */
  readonly delayMs: number;
  readonly restarts: number;
}
