import type { ListedSegment, Segment } from './PlaylistTimeline.js';

/** Contents of a media playlist: complete segments, the open one, and what comes next. */
export interface PlaylistView {
  segments: readonly ListedSegment[];
  open: Segment | null;
  /** Parts of complete segments that are still in memory. */
  partsOf: (segment: ListedSegment) => Segment['parts'];
  /** The open or next segment; null while unknown. */
  next: Pick<ListedSegment, 'sequence' | 'prefix'> | null;
  targetSeconds: number;
  partTargetMs: number;
  isEnded: boolean;
  /** Added to the URLs of media; null for an open stream. */
  mediaKey: string | null;
}

/** The query parameter of media URLs that carries the key. */
export const MEDIA_KEY_PARAM = 'mediaKey';
const keyed = (uri: string, key: string | null) => (key === null ? uri : `${uri}?${MEDIA_KEY_PARAM}=${key}`);

export const segmentUri = ({ prefix, sequence }: Pick<ListedSegment, 'prefix' | 'sequence'>) => `${prefix}${sequence}.m4s`;
export const partUri = ({ prefix, sequence }: Pick<ListedSegment, 'prefix' | 'sequence'>, part: number) =>
  `${prefix}${sequence}.${part}.m4s`;

const seconds = (ms: number) => (ms / 1000).toFixed(3);
/** Rounds up, so that no duration exceeds the announced limit. */
const secondsUp = (ms: number) => (Math.ceil(ms - 1e-6) / 1000).toFixed(3);

/** RFC 8216bis 4.4.3.8: the minimum allowed, so that few segments are listed again. */
const SKIP_TARGETS = 6;
const HOLD_BACK_TARGETS = 3;
const PART_HOLD_BACK_TARGETS = 3;
/** RFC 8216bis 4.4.4.9: older parts are useless to players. */
const PARTS_FOR_TARGETS = 3;

/** RFC 8216bis 4.4.3-4. Identical for all viewers. `canSkip`: the client has an earlier version and gets a delta update (6.2.5.1). */
export function mediaPlaylist(view: PlaylistView, canSkip = false): string {
  const { segments, open, targetSeconds, isEnded, mediaKey } = view;
  const first = segments[0] ?? open;
  const skipped = canSkip && !isEnded ? countSkippable(view) : 0;
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${targetSeconds}`,
    serverControl(view),
    `#EXT-X-PART-INF:PART-TARGET=${secondsUp(view.partTargetMs)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first?.sequence ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${first ? first.discontinuity - (first.isDiscontinuous ? 1 : 0) : 0}`,
  ];
  if (segments.every(canStart) && (!open || canStart(open))) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  const partsFrom = firstWithParts(view);
  let init = skipped > 0 ? (segments[skipped - 1]?.init ?? null) : null;
  for (let index = skipped; index < segments.length; index++) {
    const segment = segments[index];
    if (!segment) break;
    if (index >= partsFrom)
      pushHead(lines, segment, init).push(...partLines(segment, view.partsOf(segment), mediaKey), ...segmentTail(segment, mediaKey));
    else lines.push(...wholeText(segment, init, mediaKey));
    init = segment.init ?? init;
  }
  if (isEnded) lines.push('#EXT-X-ENDLIST');
  else pushOpen(lines, view, init);
  return `${lines.join('\n')}\n`;
}

const canStart = (segment: ListedSegment) => segment.isIndependent || segment.isGap;

function serverControl({ targetSeconds, partTargetMs }: PlaylistView): string {
  return [
    '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES',
    `CAN-SKIP-UNTIL=${targetSeconds * SKIP_TARGETS}.0`,
    `PART-HOLD-BACK=${secondsUp(Math.ceil(partTargetMs) * PART_HOLD_BACK_TARGETS)}`,
    `HOLD-BACK=${targetSeconds * HOLD_BACK_TARGETS}.0`,
  ].join(',');
}

/** Counts the segments that end before the skip boundary. */
function countSkippable({ segments, open, targetSeconds }: PlaylistView): number {
  let leftMs = targetSeconds * SKIP_TARGETS * 1000 - (open?.durationMs ?? 0);
  let index = segments.length;
  while (index > 0 && leftMs > 0) leftMs -= segments[--index]?.durationMs ?? 0;
  return index;
}

function firstWithParts({ segments, open, targetSeconds }: PlaylistView): number {
  let leftMs = targetSeconds * PARTS_FOR_TARGETS * 1000 - (open?.durationMs ?? 0);
  let index = segments.length;
  while (index > 0 && leftMs > 0) {
    leftMs -= segments[index - 1]?.durationMs ?? 0;
    if (leftMs >= 0) index--;
  }
  return index;
}

/** Long playlists are requested often, so the lines of each segment are cached. */
const texts = new WeakMap<ListedSegment, { init: string | null; isGap: boolean; mediaKey: string | null; lines: string[] }>();

function wholeText(segment: ListedSegment, init: string | null, mediaKey: string | null): string[] {
  const known = texts.get(segment);
  if (known?.init === init && known.isGap === segment.isGap && known.mediaKey === mediaKey) return known.lines;
  const lines = [pushHead([], segment, init).concat(segmentTail(segment, mediaKey)).join('\n')];
  texts.set(segment, { init, isGap: segment.isGap, mediaKey, lines });
  return lines;
}

/** `init`: the current init segment. A gap needs none. */
function pushHead(lines: string[], segment: ListedSegment, init: string | null): string[] {
  if (segment.isDiscontinuous) lines.push('#EXT-X-DISCONTINUITY');
  if (segment.init !== null && segment.init !== init) lines.push(`#EXT-X-MAP:URI="${segment.init}"`);
  lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.atMs).toISOString()}`);
  return lines;
}

const segmentTail = (segment: ListedSegment, mediaKey: string | null) => [
  ...(segment.isGap ? ['#EXT-X-GAP'] : []),
  `#EXTINF:${seconds(segment.durationMs)},`,
  keyed(segmentUri(segment), mediaKey),
];

const partLines = (segment: ListedSegment, parts: Segment['parts'], mediaKey: string | null) =>
  parts.map(({ durationMs, isIndependent }, index) => {
    const uri = keyed(partUri(segment, index), mediaKey);
    return `#EXT-X-PART:DURATION=${(durationMs / 1000).toFixed(5)},URI="${uri}"${isIndependent ? ',INDEPENDENT=YES' : ''}`;
  });

/** Adds the open segment and a hint for the next part, whose request is held until it exists. */
function pushOpen(lines: string[], { open, next, mediaKey }: PlaylistView, init: string | null): void {
  if (open && open.parts.length > 0) pushHead(lines, open, init).push(...partLines(open, open.parts, mediaKey));
  if (next) lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${keyed(partUri(next, open?.parts.length ?? 0), mediaKey)}"`);
}

export interface Variant {
  uri: string;
  /** Complete segments, used to measure bandwidth. */
  segments: readonly Segment[];
}

/** RFC 8216bis 4.4.6: announces codecs, size and bandwidth before the first segment is fetched. Returns null before there is a segment. */
export function masterPlaylist(variants: readonly Variant[]): string | null {
  const lines = variants.flatMap(({ uri, segments }) => {
    const measured = segments.filter((segment) => !segment.isGap);
    const last = measured.at(-1);
    if (!last) return [];
    const attributes = [`BANDWIDTH=${peakBitrate(measured)}`, `AVERAGE-BANDWIDTH=${averageBitrate(measured)}`];
    attributes.push(`CODECS="${last.presentation.codecs}"`);
    const { video } = last.presentation;
    if (video) attributes.push(`RESOLUTION=${video.width}x${video.height}`);
    if (video && last.frames > 0) attributes.push(`FRAME-RATE=${((last.frames * 1000) / last.durationMs).toFixed(3)}`);
    return [`#EXT-X-STREAM-INF:${attributes.join(',')}`, uri];
  });
  return lines.length > 0 ? `${['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-INDEPENDENT-SEGMENTS', ...lines].join('\n')}\n` : null;
}

const bitrate = (bytes: number, durationMs: number) => Math.ceil((bytes * 8000) / Math.max(1, durationMs));
const sum = (segments: readonly Segment[], key: 'bytes' | 'durationMs') => segments.reduce((total, segment) => total + segment[key], 0);
const averageBitrate = (segments: readonly Segment[]) => bitrate(sum(segments, 'bytes'), sum(segments, 'durationMs'));
/**
 * RFC 8216bis 4.4.6.2: the peak over any run of at least half a target duration. Single segments are the worst case, except tiny ones at a
 * discontinuity.
 */
const peakBitrate = (segments: readonly Segment[]) => {
  const full = segments.filter((segment) => segment.durationMs >= 1000);
  return Math.max(...(full.length > 0 ? full : segments).map(({ bytes, durationMs }) => bitrate(bytes, durationMs)));
};
