/** A media playlist as a strict client parses it. */
export interface ReadPart {
  uri: string;
  durationMs: number;
  isIndependent: boolean;
}
export interface ReadSegment {
  sequence: number;
  /** Null for the open segment, which has only parts. */
  uri: string | null;
  durationMs: number;
  discontinuity: number;
  isGap: boolean;
  init: string | null;
  atMs: number | null;
  parts: ReadPart[];
}
export interface ReadPlaylist {
  version: number;
  targetSeconds: number;
  partTargetMs: number | null;
  control: Map<string, string>;
  mediaSequence: number;
  discontinuitySequence: number;
  skipped: number;
  segments: ReadSegment[];
  hint: string | null;
  reports: Map<string, string>[];
  isEnded: boolean;
  isIndependent: boolean;
}

const ATTRIBUTE = /([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^,]*)(?:,|$)/y;

/** RFC 8216 4.2: each name may occur once. */
export function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  ATTRIBUTE.lastIndex = 0;
  while (ATTRIBUTE.lastIndex < text.length) {
    const match = ATTRIBUTE.exec(text);
    if (!match?.[1] || match[2] === undefined) throw new Error(`not an attribute list: ${text}`);
    if (attributes.has(match[1])) throw new Error(`${match[1]} comes twice: ${text}`);
    attributes.set(match[1], match[2]);
  }
  return attributes;
}

export const unquote = (text: string | undefined): string => {
  if (text === undefined || !/^".*"$/.test(text)) throw new Error(`not a quoted string: ${text}`);
  return text.slice(1, -1);
};
const decimal = (text: string | undefined): number => {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) throw new Error(`not a decimal number: ${text}`);
  return Number(text);
};
const integer = (text: string | undefined): number => {
  if (text === undefined || !/^\d{1,19}$/.test(text)) throw new Error(`not an integer: ${text}`);
  return Number(text);
};

/** Tags that may occur at most once in a playlist. */
const ONCE = ['EXT-X-VERSION', 'EXT-X-TARGETDURATION', 'EXT-X-MEDIA-SEQUENCE', 'EXT-X-DISCONTINUITY-SEQUENCE', 'EXT-X-SERVER-CONTROL'];
const ALSO_ONCE = ['EXT-X-PART-INF', 'EXT-X-SKIP', 'EXT-X-ENDLIST', 'EXT-X-INDEPENDENT-SEGMENTS', 'EXT-X-PRELOAD-HINT'];

/** Throws on anything a client may reject. Unknown tags count too, since they may be typos. */
export function readMediaPlaylist(text: string): ReadPlaylist {
  if (!/^#EXTM3U\n/.test(text) || !text.endsWith('\n')) throw new Error('does not begin with EXTM3U, or ends in the middle of a line');
  // eslint-disable-next-line no-control-regex -- RFC 8216 4.1 forbids them
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff]/.test(text)) throw new Error('has control characters');
  const reader = new Reader();
  for (const line of text.split('\n').slice(1, -1)) reader.read(line);
  return reader.finish();
}

class Reader {
  readonly #seen = new Set<string>();
  readonly #playlist: ReadPlaylist = {
    version: 1,
    targetSeconds: 0,
    partTargetMs: null,
    control: new Map(),
    mediaSequence: 0,
    discontinuitySequence: 0,
    skipped: 0,
    segments: [],
    hint: null,
    reports: [],
    isEnded: false,
    isIndependent: false,
  };
  #discontinuity = 0;
  #init: string | null = null;
  #next: Partial<ReadSegment> & { parts: ReadPart[] } = { parts: [] };

  read(line: string): void {
    if (!line.startsWith('#')) return this.#closeSegment(line);
    const [, tag = '', , value = ''] = /^#([A-Z0-9-]+)(:(.*))?$/.exec(line) ?? [];
    if ([...ONCE, ...ALSO_ONCE].includes(tag) && this.#seen.has(tag)) throw new Error(`${tag} comes twice`);
    const isLate =
      this.#playlist.segments.length > 0 || this.#next.parts.length > 0 || this.#discontinuity > this.#playlist.discontinuitySequence;
    if ([...ONCE, 'EXT-X-PART-INF', 'EXT-X-SKIP'].includes(tag) && isLate) throw new Error(`${tag} comes after media`);
    this.#seen.add(tag);
    this.#readTag(tag, value, line);
  }

  finish(): ReadPlaylist {
    const { parts, ...head } = this.#next;
    if (head.durationMs !== undefined) throw new Error('EXTINF without a URI');
    if (parts.length > 0)
      this.#push(
        null,
        parts.reduce((sum, part) => sum + part.durationMs, 0),
      );
    return this.#playlist;
  }

  #readTag(tag: string, value: string, line: string): void {
    const playlist = this.#playlist;
    if (tag === 'EXT-X-VERSION') playlist.version = integer(value);
    else if (tag === 'EXT-X-TARGETDURATION') playlist.targetSeconds = integer(value);
    else if (tag === 'EXT-X-MEDIA-SEQUENCE') playlist.mediaSequence = integer(value);
    else if (tag === 'EXT-X-DISCONTINUITY-SEQUENCE') playlist.discontinuitySequence = this.#discontinuity = integer(value);
    else if (tag === 'EXT-X-SERVER-CONTROL') playlist.control = readAttributes(value);
    else if (tag === 'EXT-X-PART-INF') playlist.partTargetMs = decimal(readAttributes(value).get('PART-TARGET')) * 1000;
    else if (tag === 'EXT-X-SKIP') playlist.skipped = integer(readAttributes(value).get('SKIPPED-SEGMENTS'));
    else if (tag === 'EXT-X-INDEPENDENT-SEGMENTS') playlist.isIndependent = true;
    else if (tag === 'EXT-X-ENDLIST') playlist.isEnded = true;
    else if (tag === 'EXT-X-RENDITION-REPORT') playlist.reports.push(readAttributes(value));
    else if (tag === 'EXT-X-PRELOAD-HINT') playlist.hint = this.#readHint(value);
    else this.#readMediaTag(tag, value, line);
  }

  #readMediaTag(tag: string, value: string, line: string): void {
    if (tag === 'EXT-X-DISCONTINUITY') this.#discontinuity++;
    else if (tag === 'EXT-X-MAP') this.#init = unquote(readAttributes(value).get('URI'));
    else if (tag === 'EXT-X-GAP') this.#next.isGap = true;
    else if (tag === 'EXT-X-PROGRAM-DATE-TIME') this.#next.atMs = Date.parse(value);
    else if (tag === 'EXT-X-PART') this.#next.parts.push(readPart(value));
    else if (tag === 'EXTINF') this.#next.durationMs = decimal(/^([^,]*),/.exec(value)?.[1]) * 1000;
    else throw new Error(`unknown tag: ${line}`);
  }

  #readHint(value: string): string {
    const attributes = readAttributes(value);
    if (attributes.get('TYPE') !== 'PART') throw new Error('a hint of another type');
    return unquote(attributes.get('URI'));
  }

  #closeSegment(uri: string): void {
    if (uri === '' || this.#next.durationMs === undefined) throw new Error(`a URI without EXTINF: ${uri}`);
    this.#push(uri, this.#next.durationMs);
  }

  #push(uri: string | null, durationMs: number): void {
    const { segments, mediaSequence, skipped } = this.#playlist;
    const { parts, atMs = null, isGap = false } = this.#next;
    const sequence = mediaSequence + skipped + segments.length;
    segments.push({ sequence, uri, durationMs, discontinuity: this.#discontinuity, isGap, init: this.#init, atMs, parts });
    this.#next = { parts: [] };
  }
}

function readPart(value: string): ReadPart {
  const attributes = readAttributes(value);
  const independent = attributes.get('INDEPENDENT');
  if (independent !== undefined && independent !== 'YES') throw new Error(`INDEPENDENT=${independent}`);
  return {
    uri: unquote(attributes.get('URI')),
    durationMs: decimal(attributes.get('DURATION')) * 1000,
    isIndependent: independent === 'YES',
  };
}
