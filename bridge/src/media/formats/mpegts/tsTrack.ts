import type { FlvTag } from '../flv/index.js';

/** A PES with times that do not wrap. */
export interface TimedPes {
  /** 90 kHz; null: goes on where the last one ended. */
  pts90k: number | null;
  dts90k: number | null;
  payload: Buffer;
}

/** Elementary stream → tags, configurations in front of the media that needs them. Never throws: what is damaged is left out. */
export interface Track {
  push(pes: TimedPes): FlvTag[];
}

/** One frame of sound, unwrapped. */
export interface SoundFrame {
  data: Buffer;
  sampleRate: number;
  samples: number;
  /** Configuration record; null: the codec has none. */
  config: Buffer | null;
}

/** Tags cannot carry times below 0, which some muxers start with. */
export const msOf = (time90k: number) => Math.max(0, time90k / 90);
