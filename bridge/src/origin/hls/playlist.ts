import type { ListedSegment, SegmentWindow } from './SegmentWindow.js';

export const initName = (sequence: number) => `init-${sequence}.mp4`;
export const segmentName = (sequence: number) => `${sequence}.m4s`;

/** RFC 8216 4.3.2-3. Names are relative to the playlist, the same for every viewer. */
export function mediaPlaylist(window: SegmentWindow): string {
  const segments = window.listed;
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${window.targetSeconds}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.sequence ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${window.discontinuitySequence}`,
  ];
  if (segments.every((segment) => segment.isIndependent)) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  segments.forEach((segment, index) => lines.push(...segmentLines(segment, segments[index - 1])));
  if (window.isEnded) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

function segmentLines(segment: ListedSegment, former: ListedSegment | undefined): string[] {
  const lines: string[] = [];
  if (segment.isDiscontinuous) lines.push('#EXT-X-DISCONTINUITY');
  if (segment.initSequence !== former?.initSequence) lines.push(`#EXT-X-MAP:URI="${initName(segment.initSequence)}"`);
  lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.atMs).toISOString()}`);
  lines.push(`#EXTINF:${(segment.durationMs / 1000).toFixed(3)},`, segmentName(segment.sequence));
  return lines;
}

/** RFC 8216 4.3.4: tells codecs and size before the first segment is fetched. `uri` may be the viewer's own. Null before there is a segment. */
export function masterPlaylist(window: SegmentWindow, uri: string): string | null {
  const { presentation, listed } = window;
  const last = listed.at(-1);
  if (!presentation || !last) return null;
  const attributes = [`BANDWIDTH=${peakBitrate(listed)}`, `AVERAGE-BANDWIDTH=${averageBitrate(listed)}`, `CODECS="${presentation.codecs}"`];
  if (presentation.video)
    attributes.push(`RESOLUTION=${presentation.video.width}x${presentation.video.height}`, `FRAME-RATE=${last.frameRate.toFixed(3)}`);
  return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:${attributes.join(',')}\n${uri}\n`;
}

const bitrate = (bytes: number, durationMs: number) => Math.ceil((bytes * 8000) / Math.max(1, durationMs));
const peakBitrate = (segments: readonly ListedSegment[]) =>
  Math.max(...segments.map(({ bytes, durationMs }) => bitrate(bytes.length, durationMs)));

function averageBitrate(segments: readonly ListedSegment[]): number {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  return bitrate(
    bytes,
    segments.reduce((sum, segment) => sum + segment.durationMs, 0),
  );
}
