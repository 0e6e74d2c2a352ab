import { AUDIO_RATE, FPS, SAMPLES_PER_TICK } from '@lianmai/protocol';

/** Samples in an AAC frame. */
export const AAC_FRAME = 1024;
/** Every 16 ticks an AAC frame starts together with a tick (25 x 1024 = 16 x 1600). An encoder that starts there makes the same frames as its predecessor. */
const ALIGN_TICKS = 16;

/** Time of frame n on the program's timeline, ms; steps of 33 and 34. */
export const ptsOfFrame = (frame: number): number => Math.round((frame * 1000) / FPS);
export const ptsOfSample = (sample: number): number => Math.round((sample * 1000) / AUDIO_RATE);

/** How far a program has got, counted in frames and samples so that no rounding adds up. */
export interface Progress {
  /** First frame that ever went in; 0 unless the program's thread was restarted. */
  firstFrame: number;
  /** The next frame that has not come out; some are left out and never do. */
  nextFrame: number;
  /** The next sample that has not come out. */
  nextSample: number;
}

/** The start of an encoder's input, after its lead-in. */
export interface StartPoint {
  /** Its first frame, a key frame: the first one that has not come out. */
  videoFrom: number;
  /** First tick of its audio, where its own time begins. It is earlier than the video: on the previous encoder's AAC grid, with two frames to warm up. */
  audioFrom: number;
}

const WARM_UP_SAMPLES = 2 * AAC_FRAME;

/**
 * Fed to each encoder before anything else: one frame at its time 0, and silence for these ticks. It opens its codecs and starts its threads on them, so a
 * spare encoder has all of that behind it. What comes out of it is dropped.
 */
export const LEAD_IN_TICKS = ALIGN_TICKS;
/** Number of the frame in the lead-in: before every frame of a program. */
export const LEAD_IN_FRAME = -1;

export function startPointAfter({ firstFrame, nextFrame, nextSample }: Progress): StartPoint {
  const latest = Math.min(nextFrame, Math.floor((nextSample - WARM_UP_SAMPLES) / SAMPLES_PER_TICK));
  const steps = Math.max(0, Math.floor((latest - firstFrame) / ALIGN_TICKS));
  return { videoFrom: nextFrame, audioFrom: firstFrame + steps * ALIGN_TICKS };
}

/**
 * Places an encoder's tags on the program's timeline by counting them: an encoder makes one tag per frame that it was given, in order, and one per 1024
 * samples.
 */
export class TagCounter {
  readonly #frames: number[] = [LEAD_IN_FRAME];
  #sample: number;

  constructor({ audioFrom }: StartPoint) {
    // An encoder's first AAC frame is its priming: the 1024 samples before the first.
    this.#sample = (audioFrom - LEAD_IN_TICKS) * SAMPLES_PER_TICK - AAC_FRAME;
  }

  /** The encoder was given this frame. */
  expect(frame: number): void {
    this.#frames.push(frame);
  }

  /** Number of the frame that has come out. Throws if none was expected. */
  nextFrame(): number {
    const frame = this.#frames.shift();
    if (frame === undefined) throw new Error('the encoder made a frame that it was not given');
    return frame;
  }

  /** First sample of the next AAC frame; before the program's first one in what its first encoder makes of the lead-in. */
  nextSample(): number {
    const sample = this.#sample;
    this.#sample += AAC_FRAME;
    return sample;
  }
}
