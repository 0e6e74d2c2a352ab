import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface ListedSegment {
  name: string;
  durationMs: number;
}

export const playlistHead = (targetSeconds: number, type: 'EVENT' | 'VOD') =>
  `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:${targetSeconds}\n#EXT-X-PLAYLIST-TYPE:${type}\n#EXT-X-MAP:URI="init.mp4"\n`;
export const playlistEntry = ({ name, durationMs }: ListedSegment) => `#EXTINF:${(durationMs / 1000).toFixed(3)},\n${name}\n`;
const vod = (segments: readonly ListedSegment[]) =>
  `${playlistHead(Math.max(1, ...segments.map(({ durationMs }) => Math.round(durationMs / 1000))), 'VOD')}${segments.map(playlistEntry).join('')}#EXT-X-ENDLIST\n`;

/** Replaces the playlist atomically: half a list would lose the other half of the segments. */
export async function replacePlaylist(dir: string, segments: readonly ListedSegment[]): Promise<void> {
  const file = path.join(dir, 'index.m3u8');
  await writeFile(`${file}.tmp`, vod(segments), { mode: 0o640 });
  await rename(`${file}.tmp`, file);
}
