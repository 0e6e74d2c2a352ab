import type { Level } from '@lianmai/protocol';

const SILENCE_DB = -100;
const dbOf = (value: number) => (value > 0 ? Math.max(SILENCE_DB, 20 * Math.log10(value)) : SILENCE_DB);

/** Measures loudness since the last reading, both channels together. */
export class LevelMeter {
  #sumOfSquares = 0;
  #count = 0;
  #peak = 0;

  add(samples: Float32Array): void {
    let sum = 0;
    let peak = this.#peak;
    for (let index = 0; index < samples.length; index++) {
      const value = samples[index]!;
      sum += value * value;
      if (value > peak) peak = value;
      else if (-value > peak) peak = -value;
    }
    this.#sumOfSquares += sum;
    this.#count += samples.length;
    this.#peak = peak;
  }

  addSilence(samples: number): void {
    this.#count += samples;
  }

  read(): Level {
    const level = { rmsDb: dbOf(Math.sqrt(this.#sumOfSquares / Math.max(1, this.#count))), peakDb: dbOf(this.#peak) };
    this.#sumOfSquares = this.#count = this.#peak = 0;
    return level;
  }
}
