import { AUDIO_RATE, FPS, SAMPLES_PER_TICK } from '@lianmai/protocol';

/** Samples in an AAC frame. */
export const AAC_FRAME = 1024;
/** Every 16 ticks an AAC frame starts together with a tick (25 x 1024 = 16 x 1600): an encoder that starts there makes the same frames as its predecessor. */
export const ALIGN_TICKS = 16;

/** The program's own time of frame n, ms; steps of 33 and 34. */
export const ptsOfFrame = (frame: number): number => Math.round((frame * 1000) / FPS);
export const ptsOfSample = (sample: number): number => Math.round((sample * 1000) / AUDIO_RATE);

/** Where a program has got to: counted in frames and samples, so that no rounding adds up. */
export interface Progress {
  /** First frame that ever went in; 0 unless the program's thread was restarted. */
  firstFrame: number;
  /** The next frame that has not come out. */
  nextFrame: number;
  /** The next sample that has not come out. */
  nextSample: number;
}

/** What an encoder is fed that has to go on where the last one ended. */
export interface StartPoint {
  /** Its first frame, a key frame: the first that has not come out. */
  videoFrom: number;
  /** First tick of its sound. Earlier than the picture: on the former encoder's AAC grid, with two frames to warm up. */
  audioFrom: number;
}

const WARM_UP_SAMPLES = 2 * AAC_FRAME;

export function startPointAfter({ firstFrame, nextFrame, nextSample }: Progress): StartPoint {
  const latest = Math.min(nextFrame, Math.floor((nextSample - WARM_UP_SAMPLES) / SAMPLES_PER_TICK));
  const steps = Math.max(0, Math.floor((latest - firstFrame) / ALIGN_TICKS));
  return { videoFrom: nextFrame, audioFrom: firstFrame + steps * ALIGN_TICKS };
}

/** Gives the tags of one encoder their place on the program's timeline by counting them: it makes one tag a frame, and one a 1024 samples. */
export class TagCounter {
  #frame: number;
  #sample: number;

  constructor({ videoFrom, audioFrom }: StartPoint) {
    this.#frame = videoFrom;
    // The first AAC frame of an encoder is its priming: the 1024 samples before the first.
    this.#sample = audioFrom * SAMPLES_PER_TICK - AAC_FRAME;
  }

  nextFrame(): number {
    return this.#frame++;
  }

  /** First sample of the next AAC frame; negative for the priming of a program's first encoder. */
  nextSample(): number {
    const sample = this.#sample;
    this.#sample += AAC_FRAME;
    return sample;
  }
}
