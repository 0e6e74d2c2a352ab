import type { Closable } from '@lianmai/kit';
import type { SourceId, Tile } from '@lianmai/protocol';

/** A decoded frame. I420, planar, stride = width; width and height are even. Valid until the source's next `frameAt`. */
export interface Frame {
  width: number;
  height: number;
  data: Uint8Array;
  /** Grows with every new frame of this source, so that the compositor can skip what it has already drawn. */
  sequence: number;
}

/**
 * Video and audio on the monotonic clock (`nowMs` of runtime/), ready for the compositor. These calls never block and never throw; a source without media
 * returns null and silence.
 */
export interface Source extends Closable {
  readonly id: SourceId;
  /**
   * The frame to show in the tick that plays at `atMs`: the nearest one that is due (half a tick early counts), else the last one. null when none arrived for
   * 2 s.
   */
  frameAt(atMs: number): Frame | null;
  /** Adds the audio that plays in [atMs, atMs + samples/48) to `out` (interleaved stereo, -1..1, 2 x samples). Returns false if it added only silence. */
  mixAudioInto(out: Float32Array, atMs: number, gain: number): boolean;
  /** The size to decode to. null: the source is not visible, so decoding may stop. */
  setTile(tile: Pick<Tile, 'width' | 'height' | 'fit'> | null): void;
  /** Current delay from capture to composition, ms. */
  readonly delayMs: number;
  readonly restarts: number;
}
