/** How loud it may get: samples below this level (of 1) pass unchanged, louder ones are bent towards 1. */
const LIMITER_KNEE = 0.8;
/** How fast the gain recovers, per tick of 33 ms: about 9 dB per second. */
const RELEASE_PER_TICK = 1.035;

/**
 * Keeps the mix below full scale without looking ahead. The gain glides down within a tick as far as the peak requires and recovers slowly; until then,
 * samples above the knee are bent smoothly and never pass 1. The bend has no memory and no edges, so it cannot click.
 */
export class Limiter {
  #gain = 1;

  /** Works in place on interleaved stereo; every sample ends up within -1..1. */
  process(samples: Float32Array): void {
    const peak = peakOf(samples);
    const needed = peak > LIMITER_KNEE ? LIMITER_KNEE / peak : 1;
    const from = this.#gain;
    const to = Math.min(needed, from * RELEASE_PER_TICK, 1);
    this.#gain = to;
    if (from === 1 && to === 1) return;
    const step = (to - from) / samples.length;
    for (let index = 0; index < samples.length; index++) samples[index] = bend(samples[index]! * (from + step * index));
  }
}

/** Identity up to the knee, then towards 1 with a continuous slope. */
export function bend(value: number): number {
  const size = Math.abs(value);
  if (size <= LIMITER_KNEE) return value;
  const bent = LIMITER_KNEE + (1 - LIMITER_KNEE) * Math.tanh((size - LIMITER_KNEE) / (1 - LIMITER_KNEE));
  return value < 0 ? -bent : bent;
}

/** Replaces NaN and infinity by silence: one broken source must not mute the program for good. */
function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index]!;
    const size = value < 0 ? -value : value;
    if (size > peak) peak = size;
    if (!(size < 1e6)) samples[index] = 0;
  }
  return peak < 1e6 ? peak : 1e6;
}
