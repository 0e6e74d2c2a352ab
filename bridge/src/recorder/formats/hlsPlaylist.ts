import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface ListedSegment {
  name: string;
  durationMs: number;
}

const playlistHead = (targetSeconds: number, type: 'EVENT' | 'VOD') =>
  `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:${targetSeconds}\n#EXT-X-PLAYLIST-TYPE:${type}\n#EXT-X-MAP:URI="init.mp4"\n`;
export const playlistEntry = ({ name, durationMs }: ListedSegment) => `#EXTINF:${(durationMs / 1000).toFixed(3)},\n${name}\n`;
/** For publishers that send few key frames: the header of a growing playlist cannot be changed later. */
const MAX_TARGET_SECONDS = 13;
const END = '#EXT-X-ENDLIST\n';

/** A playlist that may grow. */
export const growing = (segments: readonly ListedSegment[]) =>
  `${playlistHead(MAX_TARGET_SECONDS, 'EVENT')}${segments.map(playlistEntry).join('')}`;
export const complete = (segments: readonly ListedSegment[]) =>
  `${playlistHead(Math.max(1, ...segments.map(({ durationMs }) => Math.round(durationMs / 1000))), 'VOD')}${segments.map(playlistEntry).join('')}${END}`;

/** Returns null for a playlist that is complete. */
export function readGrowing(playlist: string): ListedSegment[] | null {
  return playlist.endsWith(END) ? null : readSegments(playlist);
}

export const readSegments = (playlist: string): ListedSegment[] =>
  [...playlist.matchAll(/#EXTINF:([\d.]+),\n(\d+\.m4s)\n/g)].map(([, seconds = '0', name = '']) => ({
    name,
    durationMs: Number(seconds) * 1000,
  }));

/** Replaces the playlist atomically: half a list would lose the other half of the segments. */
export async function replacePlaylist(dir: string, playlist: string): Promise<void> {
  const file = path.join(dir, 'index.m3u8');
  await writeFile(`${file}.tmp`, playlist, { mode: 0o640 });
  await rename(`${file}.tmp`, file);
}
