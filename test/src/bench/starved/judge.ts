import { tone } from '../../support/index.js';
import { percentile } from '../report.js';
import type { SeenPicture } from './Recording.js';
import { CLIP_FRAMES } from './timedClip.js';

const RATE = 48_000;
/** Long enough to tell tones 80 Hz apart. */
const WINDOW_MS = 50;
const WINDOW = (RATE * WINDOW_MS) / 1000;
/** A tone is heard where it has at least half of its usual loudness. */
const HEARD = 0.5;
const FRAME_MS = 1000 / 30;
const CLIP_MS = CLIP_FRAMES * FRAME_MS;

/** The time for which each tone is heard in all, and the longest for which one of them is not, ms. */
export function hear(sound: Float32Array, tonesHz: readonly number[]): { heardMs: number[]; longestGapMs: number } {
  const heardMs: number[] = [];
  let longestGapMs = 0;
  for (const hz of tonesHz) {
    const levels: number[] = [];
    for (let at = 0; at + WINDOW <= sound.length; at += WINDOW) levels.push(tone(sound, hz, at, WINDOW));
    const usual = percentile(levels, 0.5);
    let gapMs = 0;
    let ms = 0;
    for (const level of levels) {
      const isHeard = level >= HEARD * usual;
      if (isHeard) ms += WINDOW_MS;
      gapMs = isHeard ? 0 : gapMs + WINDOW_MS;
      longestGapMs = Math.max(longestGapMs, gapMs);
    }
    heardMs.push(ms);
  }
  return { heardMs, longestGapMs };
}

/** The longest time for which the same frame of the participant stands, ms. */
export function longestPictureMs(pictures: readonly SeenPicture[]): number {
  let [longest, since, shown] = [0, pictures[0]?.timeMs ?? 0, pictures[0]?.number ?? null];
  for (const { timeMs, number } of pictures) {
    longest = Math.max(longest, timeMs - since);
    if (number === null || number === shown) continue;
    [since, shown] = [timeMs, number];
  }
  return Math.round(longest);
}

/** From capture to arrival at the player, up to a constant: the clip repeats, and nobody knows when its first frame was sent. */
export function delaysMs(pictures: readonly SeenPicture[], originMs: number): number[] {
  return pictures.flatMap(({ arrivedAtMs, number }) =>
    number === null ? [] : [(((arrivedAtMs - originMs - number * FRAME_MS) % CLIP_MS) + CLIP_MS) % CLIP_MS],
  );
}
