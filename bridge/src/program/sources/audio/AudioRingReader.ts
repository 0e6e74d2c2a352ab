import { AudioRing } from './AudioRing.js';

/** Position differences below 1 ms are left alone, up to 12 ms are drifted away by playing 0.4 % faster or slower, which nobody hears; more is jumped over. */
const IGNORE_SAMPLES = 48;
const JUMP_SAMPLES = 576;
const MAX_SLEW = 0.004;

/** Reads a ring continuously while the place where it should be reading wanders with the clocks. */
export class AudioRingReader {
  readonly ring = new AudioRing();
  #position: number | null = null;

  /** Up to here it has been played. */
  get playedTo(): number {
    return this.#position ?? -Infinity;
  }

  /** Adds what stands at `target` (samples on the stream's count) or is drifting there. False: silence. */
  mixInto(out: Float32Array, target: number, gain: number): boolean {
    const samples = out.length / 2;
    const goal = Math.round(target);
    const position = this.#position ?? goal;
    const drift = goal - position;
    if (Math.abs(drift) > JUMP_SAMPLES) {
      this.#position = goal + samples;
      return this.ring.addCrossfaded(out, position, goal, gain);
    }
    const count = samples + slew(drift, samples);
    this.#position = position + count;
    return this.ring.addTo(out, position, count, gain);
  }
}

/** Samples to play more (or less) than are due. */
function slew(drift: number, samples: number): number {
  if (Math.abs(drift) < IGNORE_SAMPLES) return 0;
  const most = Math.floor(samples * MAX_SLEW);
  return Math.max(-most, Math.min(most, drift));
}
