import { AUDIO_RATE, FPS, SAMPLES_PER_TICK } from '@lianmai/protocol';

/** Samples in an AAC frame. */
export const AAC_FRAME = 1024;
/** Time of frame n on the program's timeline, ms; steps of 33 and 34. */
export const ptsOfFrame = (frame: number): number => Math.round((frame * 1000) / FPS);
export const ptsOfSample = (sample: number): number => Math.round((sample * 1000) / AUDIO_RATE);

/** How far a program has got, counted in frames and samples so that no rounding adds up. */
export interface Progress {
  /** First frame that ever went in; 0 unless the program's thread was restarted. */
  firstFrame: number;
  /** The next frame that has not come out. */
  nextFrame: number;
  /** The next sample that has not come out. */
  nextSample: number;
}

/** Where the input of an encoder starts, after its lead-in. */
export interface StartPoint {
  /** Its first frame, a key frame: the first one that has not come out. */
  videoFrom: number;
  /** Its first sample. It is earlier than the video, and on the grid of the AAC frames that came out before, so that the same frames come out again. */
  audioFrom: number;
}

/** Two AAC frames warm the encoder up; they come out again and are dropped. */
const WARM_UP_SAMPLES = 2 * AAC_FRAME;
/** How much earlier than its video the audio of a run starts, or up to an AAC frame more. */
export const AUDIO_LEAD_SAMPLES = 5 * AAC_FRAME;

/**
 * Fed to each encoder before anything else: one frame, and this much silence. It opens its codecs and starts its threads on them, so a spare encoder has all
 * of that behind it. What comes out of it is dropped.
 */
export const LEAD_IN_FRAMES = 1;
export const LEAD_IN_SAMPLES = 2 * AAC_FRAME;

/** May be before the program's first sample, where there is silence. */
export function startPointAfter({ firstFrame, nextFrame, nextSample }: Progress): StartPoint {
  const origin = firstFrame * SAMPLES_PER_TICK;
  const latest = Math.min(nextFrame * SAMPLES_PER_TICK - AUDIO_LEAD_SAMPLES, nextSample - WARM_UP_SAMPLES);
  return { videoFrom: nextFrame, audioFrom: origin + Math.floor((latest - origin) / AAC_FRAME) * AAC_FRAME };
}

/** Places an encoder's tags on the program's timeline by counting them: an encoder makes one tag per frame and one per 1024 samples. */
export class TagCounter {
  #frame: number;
  #sample: number;

  constructor({ videoFrom, audioFrom }: StartPoint) {
    this.#frame = videoFrom - LEAD_IN_FRAMES;
    // An encoder's first AAC frame is its priming: the 1024 samples before the first.
    this.#sample = audioFrom - LEAD_IN_SAMPLES - AAC_FRAME;
  }

  nextFrame(): number {
    return this.#frame++;
  }

  /** First sample of the next AAC frame; before the program's first one in what its first encoder makes of silence. */
  nextSample(): number {
    const sample = this.#sample;
    this.#sample += AAC_FRAME;
    return sample;
  }
}
