import { truncate } from 'node:fs/promises';
import { readMovieDurationMs, readTimescales, scanFragments, type Mp4Bytes, type Mp4Scan } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { fromByte, readingMp4 } from './readMp4File.js';

/** `endMs`: where its timeline ends. */
type RepairedMp4 = RepairedFile & { endMs: number; isFragmented: boolean };

/** Cuts a fragmented MP4 after its last whole fragment. Returns null when there is none. What is `noted` to be whole is not read again. */
export async function repairMp4(path: string, noted?: RepairedFile): Promise<RepairedMp4 | null> {
  const { wholeBytes, durationMs, endMs, movieMs, bytes } = await readingMp4(path, async (file, movie) => ({
    ...(await scanFrom(file, readTimescales(movie ?? Buffer.alloc(0)), noted)),
    movieMs: movie ? readMovieDurationMs(movie) : 0,
    bytes: file.size,
  }));
  // The process ended after the file had become progressive, so it is complete.
  if (movieMs > 0) return { bytes, durationMs: movieMs, endMs: movieMs, isFragmented: false };
  if (durationMs === 0) return null;
  await truncate(path, wholeBytes);
  return { bytes: wholeBytes, durationMs, endMs, isFragmented: true };
}

/** Begins where the noted fragments end, if others follow: only those tell where the timeline is. */
async function scanFrom(file: Mp4Bytes, timescales: ReadonlyMap<number, number>, noted?: RepairedFile): Promise<Mp4Scan> {
  const rest = noted && noted.bytes > 0 ? await scanFragments(fromByte(file, noted.bytes), timescales) : null;
  if (!noted || !rest || rest.fragments === 0) return scanFragments(file, timescales);
  return { ...rest, wholeBytes: noted.bytes + rest.wholeBytes, durationMs: noted.durationMs + rest.durationMs };
}
