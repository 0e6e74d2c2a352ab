import { readFile, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { readTimescales, scanFragments } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { replacePlaylist, type ListedSegment } from './hlsPlaylist.js';
import { readingMp4 } from './readMp4File.js';

/** Lists the unfinished segment as far as it is whole. */
export async function repairHls(base: string): Promise<RepairedFile | null> {
  const text = await readFile(path.join(base, 'index.m3u8'), 'utf8');
  const segments = [...text.matchAll(/#EXTINF:([\d.]+),\n(\d+\.m4s)\n/g)].map(([, seconds = '0', name = '']): ListedSegment => ({
    name,
    durationMs: Number(seconds) * 1000,
  }));
  const init = path.join(base, 'init.mp4');
  const timescales = await readingMp4(init, (_file, movie) => Promise.resolve(readTimescales(movie ?? Buffer.alloc(0))));
  const name = `${segments.length + 1}.m4s`;
  const torn = await readingMp4(path.join(base, name), (file) => scanFragments(file, timescales)).catch(() => null);
  if (torn) {
    await truncate(path.join(base, name), torn.wholeBytes);
    if (torn.durationMs > 0) segments.push({ name, durationMs: torn.durationMs });
  }
  if (segments.length === 0) return null;
  await replacePlaylist(base, segments);
  let { size: bytes } = await stat(init);
  for (const segment of segments) bytes += (await stat(path.join(base, segment.name))).size;
  return { bytes, durationMs: Math.round(segments.reduce((sum, { durationMs }) => sum + durationMs, 0)) };
}
