import type { SourceId } from '@lianmai/protocol';
import type { Frame } from '../sources/index.js';
import type { TrackSource } from '../SourceSet.js';

/** Length of the flash and the beep at the start of each second of the monotonic clock, ms. */
export const MARK_MS = 100;
const FLASH_LUMA = 235;

/** A source without a network: plain frames that flash, and a beep with each flash, every second. It draws exactly what its tile asks for. */
export class SyntheticSource implements TrackSource {
  readonly id: SourceId;
  readonly delayMs = 0;
  readonly restarts = 0;
  isMarking = true;
  #luma: number;
  #tile: { width: number; height: number } | null = null;

  constructor(id: SourceId, luma: number) {
    this.id = id;
    this.#luma = luma;
  }

  frameAt(atMs: number): Frame | null {
    if (!this.#tile) return null;
    const { width, height } = this.#tile;
    const isFlash = this.isMarking && atMs % 1000 < MARK_MS;
    const data = new Uint8Array((width * height * 3) / 2).fill(128).fill(isFlash ? FLASH_LUMA : this.#luma, 0, width * height);
    return { width, height, data, sequence: Math.round(atMs * 30) };
  }

  mixAudioInto(out: Float32Array, atMs: number, gain: number): boolean {
    if (!this.isMarking) return false;
    for (let index = 0; index < out.length; index++) {
      const ms = atMs + (index >> 1) / 48;
      if (ms % 1000 < MARK_MS) out[index]! += 0.5 * gain * Math.sin(ms * 2 * Math.PI);
    }
    return true;
  }

  setTile(tile: Parameters<TrackSource['setTile']>[0]): void {
    this.#tile = tile;
  }

  attach(): void {}
  detach(): void {}
  close(): void {}

  stats(): ReturnType<TrackSource['stats']> {
    return {
      decoderPid: null,
      decoderCpuSeconds: 0,
      decoderRssBytes: 0,
      decoderRestarts: 0,
      framesDecoded: 0,
      lostPackets: 0,
      frameSize: null,
    };
  }
}
