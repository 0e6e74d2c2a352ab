import { readFile, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { readTimescales, scanFragments } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { complete, readGrowing, readSegments, replacePlaylist, type ListedSegment } from './hlsPlaylist.js';
import { readingMp4 } from './readMp4File.js';

/** A folder whose last segment has been cut after its last whole fragment. */
interface WholeSegments extends RepairedFile {
  segments: ListedSegment[];
  /** Where the timeline ends. */
  endMs: number;
  lastWriteAtMs: number;
}

/** Lists the unfinished segment as far as it is whole. */
export async function repairHls(base: string): Promise<RepairedFile | null> {
  const whole = await cutHls(base, readSegments(await readFile(playlistOf(base), 'utf8')));
  if (!whole) return null;
  await replacePlaylist(base, complete(whole.segments));
  return { bytes: whole.bytes, durationMs: whole.durationMs };
}

/** The same for a folder that is to grow again. Returns null if it is complete. */
export async function reopenHls(base: string): Promise<WholeSegments | null> {
  const segments = readGrowing(await readFile(playlistOf(base), 'utf8'));
  return segments && cutHls(base, segments);
}

const playlistOf = (base: string) => path.join(base, 'index.m3u8');

/** Returns null if no segment holds anything. */
async function cutHls(base: string, segments: ListedSegment[]): Promise<WholeSegments | null> {
  const file = (name: string) => path.join(base, name);
  const timescales = await readingMp4(file('init.mp4'), (_file, movie) => Promise.resolve(readTimescales(movie ?? Buffer.alloc(0))));
  const scan = (name: string) => readingMp4(file(name), (segment) => scanFragments(segment, timescales)).catch(() => null);
  const name = `${segments.length + 1}.m4s`;
  const torn = await scan(name);
  const last = torn?.durationMs ? name : segments.at(-1)?.name;
  if (last === undefined) return null;
  const { mtimeMs: lastWriteAtMs } = await stat(file(last));
  if (torn?.durationMs) {
    await truncate(file(name), torn.wholeBytes);
    segments.push({ name, durationMs: torn.durationMs });
  } else await rm(file(name), { force: true });
  const durationMs = Math.round(segments.reduce((sum, segment) => sum + segment.durationMs, 0));
  const endMs = (torn?.durationMs ? torn : await scan(last))?.endMs ?? durationMs;
  let { size: bytes } = await stat(file('init.mp4'));
  for (const segment of segments) bytes += (await stat(file(segment.name))).size;
  return { segments, bytes, durationMs, endMs, lastWriteAtMs };
}
