import { truncate } from 'node:fs/promises';
import { readMovieDurationMs, readTimescales, scanFragments } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { readingMp4 } from './readMp4File.js';

/** `endMs`: where its timeline ends. */
type RepairedMp4 = RepairedFile & { endMs: number; isFragmented: boolean };

/** Cuts a fragmented MP4 after its last whole fragment. Returns null when there is none. */
export async function repairMp4(path: string): Promise<RepairedMp4 | null> {
  const { wholeBytes, durationMs, endMs, movieMs, bytes } = await readingMp4(path, async (file, movie) => ({
    ...(await scanFragments(file, readTimescales(movie ?? Buffer.alloc(0)))),
    movieMs: movie ? readMovieDurationMs(movie) : 0,
    bytes: file.size,
  }));
  // The process ended after the file had become progressive, so it is complete.
  if (movieMs > 0) return { bytes, durationMs: movieMs, endMs: movieMs, isFragmented: false };
  if (durationMs === 0) return null;
  await truncate(path, wholeBytes);
  return { bytes: wholeBytes, durationMs, endMs, isFragmented: true };
}
