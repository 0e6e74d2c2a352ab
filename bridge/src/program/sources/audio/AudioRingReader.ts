import { AudioRing } from './AudioRing.js';

/** Differences below 1 ms are ignored. Up to 12 ms are made up by playing 0.4 % faster or slower, which is inaudible; larger ones are skipped over. */
const IGNORE_SAMPLES = 48;
const JUMP_SAMPLES = 576;
const MAX_SLEW = 0.004;

/** Reads a ring continuously while its target position drifts with the clocks. */
export class AudioRingReader {
  readonly ring = new AudioRing();
  #position: number | null = null;

  /** Position up to which it has played. */
  get playedTo(): number {
    return this.#position ?? -Infinity;
  }

  /** Adds the audio at `target` (in samples of the stream), or drifts there. Returns false for silence. */
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

/** How many samples to play more (or fewer) than are due. */
function slew(drift: number, samples: number): number {
  if (Math.abs(drift) < IGNORE_SAMPLES) return 0;
  const most = Math.floor(samples * MAX_SLEW);
  return Math.max(-most, Math.min(most, drift));
}
