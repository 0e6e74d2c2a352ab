import { readAttributes, readMediaPlaylist, unquote, type ReadPlaylist, type ReadSegment } from './readMediaPlaylist.js';

/** Returns the rules of RFC 8216bis that this one playlist breaks. Throws if it cannot be parsed. */
export function validate(text: string): string[] {
  const playlist = readMediaPlaylist(text);
  return [...checkHead(playlist), ...checkSegments(playlist), ...checkParts(playlist), ...checkEdge(playlist), ...checkDates(playlist)];
}

const rule = (isKept: boolean, what: string): string[] => (isKept ? [] : [what]);
const number = (playlist: ReadPlaylist, name: string) => Number(playlist.control.get(name) ?? NaN);

function checkHead(playlist: ReadPlaylist): string[] {
  const { targetSeconds, partTargetMs, version, skipped, segments } = playlist;
  const partSeconds = (partTargetMs ?? 0) / 1000;
  const needed = Math.max(6, segments.some((segment) => segment.isGap) ? 8 : 0, skipped > 0 ? 9 : 0);
  return [
    ...rule(version >= needed, `version ${version} is below ${needed}`),
    ...rule(targetSeconds >= 1, 'TARGETDURATION is missing'),
    ...rule(partTargetMs === null || number(playlist, 'PART-HOLD-BACK') >= 3 * partSeconds - 1e-6, 'PART-HOLD-BACK is below three parts'),
    ...rule(!playlist.control.has('HOLD-BACK') || number(playlist, 'HOLD-BACK') >= 3 * targetSeconds, 'HOLD-BACK is below three targets'),
    ...rule(
      !playlist.control.has('CAN-SKIP-UNTIL') || number(playlist, 'CAN-SKIP-UNTIL') >= 6 * targetSeconds,
      'CAN-SKIP-UNTIL is below six targets',
    ),
    ...rule(playlist.control.get('CAN-BLOCK-RELOAD') === 'YES', 'no CAN-BLOCK-RELOAD'),
    ...rule(skipped === 0 || playlist.control.has('CAN-SKIP-UNTIL'), 'delta update without CAN-SKIP-UNTIL'),
  ];
}

const isRelative = (uri: string) => !/^[a-z][a-z0-9+.-]*:|^\//i.test(uri) && !uri.includes('..');

function checkSegments({ segments, targetSeconds, skipped }: ReadPlaylist): string[] {
  return segments.flatMap((segment) => [
    ...rule(Math.round(segment.durationMs / 1000) <= targetSeconds, `${segment.sequence} is longer than the target`),
    ...rule(segment.isGap || segment.init !== null || skipped > 0, `${segment.sequence} has no EXT-X-MAP`),
    ...rule(segment.uri === null || isRelative(segment.uri), `${segment.uri} is not relative`),
  ]);
}

function checkParts({ segments, partTargetMs, targetSeconds }: ReadPlaylist): string[] {
  let endMs = segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  return segments.flatMap((segment) => {
    const { parts, sequence, uri } = segment;
    const fromEndMs = endMs;
    endMs -= segment.durationMs;
    if (parts.length === 0) return [];
    if (partTargetMs === null) return ['parts without EXT-X-PART-INF'];
    const sumMs = parts.reduce((sum, part) => sum + part.durationMs, 0);
    return [
      ...parts.flatMap(({ durationMs, uri: partUri }, index) => [
        ...rule(durationMs <= partTargetMs + 0.05, `part ${partUri} lasts ${durationMs} of ${partTargetMs}`),
        ...rule(
          durationMs >= 0.85 * partTargetMs || index === parts.length - 1,
          `part ${partUri} is too short: ${durationMs} of ${partTargetMs}`,
        ),
        ...rule(isRelative(partUri), `${partUri} is not relative`),
      ]),
      ...rule(uri === null || Math.abs(sumMs - segment.durationMs) < 2, `the parts of ${sequence} do not add up to its duration`),
      ...rule(fromEndMs <= targetSeconds * 3000 + segment.durationMs, `${sequence} is too old to have parts`),
    ];
  });
}

function checkEdge({ segments, hint, isEnded, reports }: ReadPlaylist): string[] {
  const uris = segments.flatMap((segment) => [segment.uri, ...segment.parts.map((part) => part.uri)]).filter((uri) => uri !== null);
  return [
    ...rule(new Set(uris).size === uris.length, 'a URI occurs twice'),
    ...rule(hint === null || !uris.includes(hint), 'the hinted part already exists'),
    ...rule(!isEnded || hint === null, 'a hint after the end'),
    ...rule(!isEnded || segments.at(-1)?.uri !== null, 'an open segment after the end'),
    ...reports.flatMap((report) => [
      ...rule(isRelative(unquote(report.get('URI'))), 'the report is not relative'),
      ...rule(/^\d+$/.test(report.get('LAST-MSN') ?? '') && /^\d+$/.test(report.get('LAST-PART') ?? ''), 'the report lacks its numbers'),
    ]),
  ];
}

/** Each segment must start when the previous one ends, except at a discontinuity. */
function checkDates({ segments }: ReadPlaylist): string[] {
  return segments.flatMap((segment, index) => {
    const former = segments[index - 1];
    if (segment.atMs === null || Number.isNaN(segment.atMs)) return [`${segment.sequence} has no date`];
    if (!former?.atMs || former.discontinuity !== segment.discontinuity || segment.isGap || former.isGap) return [];
    const slipMs = segment.atMs - former.atMs - former.durationMs;
    return rule(Math.abs(slipMs) < 150, `the date of ${segment.sequence} slips by ${slipMs} ms`);
  });
}

/** RFC 8216bis 6.2.1: returns the forbidden changes between two full versions. */
export function validateChange(before: string, after: string): string[] {
  const [one, two] = [readMediaPlaylist(before), readMediaPlaylist(after)];
  const lastOf = ({ segments }: ReadPlaylist) => segments.at(-1)?.sequence ?? 0;
  const same = (segment: ReadSegment) => two.segments.find(({ sequence }) => sequence === segment.sequence);
  return [
    ...rule(two.targetSeconds === one.targetSeconds, 'TARGETDURATION has changed'),
    ...rule(two.partTargetMs === one.partTargetMs, 'PART-TARGET has changed'),
    ...rule(two.mediaSequence >= one.mediaSequence, 'MEDIA-SEQUENCE went back'),
    ...rule(two.discontinuitySequence >= one.discontinuitySequence, 'DISCONTINUITY-SEQUENCE went back'),
    ...rule(lastOf(two) >= lastOf(one), 'the end went back'),
    ...one.segments.flatMap((segment) => {
      const later = same(segment);
      if (!later) return rule(segment.sequence < two.mediaSequence, `${segment.sequence} has vanished`);
      const kept = later.parts.slice(0, segment.parts.length);
      return [
        ...rule(segment.uri === null || later.uri === segment.uri, `${segment.sequence} changed its URI`),
        ...rule(segment.uri === null || later.durationMs === segment.durationMs, `${segment.sequence} changed its duration`),
        ...rule(
          later.discontinuity === segment.discontinuity && later.init === segment.init,
          `${segment.sequence} changed its map or discontinuity`,
        ),
        ...rule(
          later.parts.length === 0 || JSON.stringify(kept) === JSON.stringify(segment.parts),
          `parts of ${segment.sequence} have changed`,
        ),
      ];
    }),
  ];
}

/** RFC 8216bis 6.2.5.1: applies a delta update; the result must equal the full playlist. */
export function mergeDelta(former: string, delta: string): ReadPlaylist {
  const [old, update] = [readMediaPlaylist(former), readMediaPlaylist(delta)];
  if (update.skipped === 0) return update;
  const known = old.segments.filter(({ sequence }) => sequence >= update.mediaSequence && sequence < update.mediaSequence + update.skipped);
  if (known.length !== update.skipped)
    throw new Error(`the update skips ${update.skipped} segments of which only ${known.length} are known`);
  const last = known.at(-1);
  // Properties of the skipped segments continue after them.
  const step = (last?.discontinuity ?? 0) - update.discontinuitySequence;
  const rest = update.segments.map((segment) => ({
    ...segment,
    init: segment.init ?? last?.init ?? null,
    discontinuity: segment.discontinuity + step,
  }));
  return { ...update, skipped: 0, segments: [...known.map((segment) => ({ ...segment, parts: [] })), ...rest] };
}

/** Returns the attributes and URI of each variant in a master playlist. */
export function readMaster(text: string): { attributes: Map<string, string>; uri: string }[] {
  const lines = text.trimEnd().split('\n');
  if (lines[0] !== '#EXTM3U') throw new Error('not a playlist');
  return lines.flatMap((line, index) => {
    const list = /^#EXT-X-STREAM-INF:(.+)$/.exec(line)?.[1];
    return list === undefined ? [] : [{ attributes: readAttributes(list), uri: lines[index + 1] ?? '' }];
  });
}
