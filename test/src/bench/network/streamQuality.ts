import { join } from 'node:path';
import { ffmpeg, pictures, samples, tone } from '../../support/index.js';
import { round } from '../report.js';

export interface StreamQuality {
  /** Pictures a second that differ from the one before; of several people, the worst. */
  programFps: number;
  /** Share of 20 ms windows in which one of the tones is damaged, percent. */
  programConcealed: number;
}

const RATE = 48_000;
const WINDOW = 960;
/** Steady tones through Opus and AAC vary by less than this. */
const DAMAGED_BELOW = 0.8;
/** Pixels that differ by more than encoding noise. */
const MOVED = 24;

const WIDTH = 160;
const HEIGHT = 90;
const FPS = 30;

interface StreamOptions {
  seconds: number;
  /** The people's tones, Hz. Their pictures stand side by side. */
  frequencies: readonly number[];
  folder: string;
}

/** Records a stream of the origin and judges it from outside: the people in it have steady tones and moving pictures. */
export async function streamQuality(url: string, { seconds, frequencies, folder }: StreamOptions): Promise<StreamQuality> {
  const file = join(folder, `bench-${Date.now()}.flv`);
  await ffmpeg('-y', '-t', String(seconds), '-i', url, '-c', 'copy', file);
  const [frames, sound] = await Promise.all([pictures(file, { fps: FPS, width: WIDTH, height: HEIGHT }), samples(file)]);
  const people = frequencies.length;
  const fpsOf = (person: number) => {
    const moves = frames.slice(1).filter(({ data }, index) => hasMoved([frames[index]?.data ?? data, data], person / people, 1 / people));
    return round((moves.length * FPS) / Math.max(1, frames.length), 1);
  };
  return {
    programFps: Math.min(...frequencies.map((_, person) => fpsOf(person))),
    programConcealed: Math.max(...frequencies.map((frequency) => damagedShare(sound, frequency))),
  };
}

/** The share of windows in which the tone is much weaker than usual, percent. */
export function damagedShare(sound: Float32Array, frequency: number): number {
  const strengths: number[] = [];
  for (let at = RATE / 2; at + WINDOW <= sound.length; at += WINDOW) strengths.push(tone(sound, frequency, at, WINDOW));
  const usual = [...strengths].sort((a, b) => a - b)[Math.floor(strengths.length / 2)] ?? 0;
  if (usual === 0) return 100;
  return round((strengths.filter((strength) => strength < usual * DAMAGED_BELOW).length / strengths.length) * 100, 2);
}

/** Compares a column of two pictures; `left` and `width` are fractions. */
function hasMoved([before, after]: readonly [Buffer, Buffer], left: number, width: number): boolean {
  const [from, to] = [Math.floor(left * WIDTH) * 3, Math.floor((left + width) * WIDTH) * 3];
  for (let row = 0; row < HEIGHT; row++) {
    for (let at = row * WIDTH * 3 + from; at < row * WIDTH * 3 + to; at++)
      if (Math.abs((before[at] ?? 0) - (after[at] ?? 0)) > MOVED) return true;
  }
  return false;
}
