import type { FlvTag } from '../flv/index.js';

/** A PES with times that do not wrap. */
export interface TimedPes {
  /** 90 kHz; null: continues where the last one ended. */
  pts90k: number | null;
  dts90k: number | null;
  payload: Buffer;
}

/** Turns an elementary stream into tags, with configurations in front of the media that needs them. It never throws: damaged parts are left out. */
export interface Track {
  push(pes: TimedPes): FlvTag[];
}

/** One audio frame, without its transport framing. */
export interface SoundFrame {
  data: Buffer;
  sampleRate: number;
  samples: number;
  /** Configuration record; null: the codec has none. */
  config: Buffer | null;
}

/** Tags cannot carry times below 0, with which some muxers start. */
export const msOf = (time90k: number) => Math.max(0, time90k / 90);
