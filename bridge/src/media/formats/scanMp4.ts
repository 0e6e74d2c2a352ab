/** Reads ISO BMFF (14496-12) as far as the repair of a recording requires: the whole fragments and their duration. */
export interface Mp4Scan {
  /** Up to the end of the last whole fragment (or header). */
  wholeBytes: number;
  /** Longest track, ms; 0 without fragments. */
  durationMs: number;
  /** Where the last sample ends on the file's own timeline, ms; later than `durationMs` if that has a hole or does not begin at 0. */
  endMs: number;
  fragments: number;
}

/** A file of any size, of which only headers and indexes are read. */
export interface Mp4Bytes {
  size: number;
  /** Returns fewer bytes than requested only at the end of the file. */
  read(at: number, length: number): Promise<Buffer>;
}

interface Box {
  type: string;
  /** Start of the content. */
  from: number;
  to: number;
}

/** Limit within one index; files of many hours have more boxes at the top level. */
const MAX_BOXES = 100_000;
/** We never write a larger index. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Usually holds a fragment's whole index. */
const READ_AHEAD_BYTES = 8192;

/** Returns the box whose header begins at `at`, wherever it ends; null if there is no header. */
function boxAt(bytes: Buffer, at: number, to: number): Box | null {
  if (at + 8 > to) return null;
  const size32 = bytes.readUInt32BE(at);
  const isLarge = size32 === 1;
  if (isLarge && at + 16 > to) return null;
  const size = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size32;
  const headerBytes = isLarge ? 16 : 8;
  if (size < headerBytes) return null;
  return { type: bytes.toString('latin1', at + 4, at + 8), from: at + headerBytes, to: at + size };
}

/** Yields the boxes that lie entirely within `from`..`to`, up to the first that does not. */
export function* boxes(bytes: Buffer, from = 0, to = bytes.length): Generator<Box> {
  let at = from;
  for (let count = 0; count < MAX_BOXES; count++) {
    const box = boxAt(bytes, at, to);
    if (!box || box.to > to) return;
    yield box;
    at = box.to;
  }
}

const find = (bytes: Buffer, within: Box | null, ...path: string[]): Box | null => {
  let found = within;
  for (const type of path) {
    const next = [...boxes(bytes, found?.from ?? 0, found?.to ?? bytes.length)].find((box) => box.type === type);
    if (!next) return null;
    found = next;
  }
  return found;
};

/** Ticks per second of each track, from the content of a moov box. */
export function readTimescales(movie: Buffer): Map<number, number> {
  const scales = new Map<number, number>();
  for (const trak of boxes(movie)) {
    const tkhd = trak.type === 'trak' ? find(movie, trak, 'tkhd') : null;
    const mdhd = find(movie, trak, 'mdia', 'mdhd');
    if (tkhd && mdhd && tkhd.to - tkhd.from >= 16 && mdhd.to - mdhd.from >= 16) scales.set(movie.readUInt32BE(tkhd.from + 12), movie.readUInt32BE(mdhd.from + 12)); // prettier-ignore
  }
  return scales;
}

/** Duration of a progressive file, ms; 0 if its movie header does not say, as in a fragmented file. */
export function readMovieDurationMs(movie: Buffer): number {
  const mvhd = find(movie, null, 'mvhd');
  if (!mvhd || mvhd.to - mvhd.from < 32) return 0;
  const isLong = movie[mvhd.from] === 1;
  const scale = movie.readUInt32BE(mvhd.from + (isLong ? 20 : 12));
  const ticks = isLong ? Number(movie.readBigUInt64BE(mvhd.from + 24)) : movie.readUInt32BE(mvhd.from + 16);
  return scale > 0 ? Math.round((ticks * 1000) / scale) : 0;
}

/** Finds the whole fragments of a fragmented file, or of a segment that belongs to `timescales`. Media is skipped, so hours take seconds and no memory. */
export async function scanFragments(file: Mp4Bytes, timescales: ReadonlyMap<number, number>): Promise<Mp4Scan> {
  const tracks = new Map<number, TrackTicks>();
  const scan: Mp4Scan = { wholeBytes: 0, durationMs: 0, endMs: 0, fragments: 0 };
  let waiting: Buffer | null = null;
  for await (const { type, to, index } of topBoxes(file, 'moof')) {
    if (type === 'moof') {
      waiting = index;
      continue;
    }
    scan.wholeBytes = to;
    if (type !== 'mdat') continue;
    // A moof counts only with the mdat that follows it.
    if (waiting) addDurations(waiting, { type: 'moof', from: 0, to: waiting.length }, tracks);
    waiting = null;
    scan.fragments++;
  }
  const [durationMs, endMs] = [longestMs(tracks, timescales, 'sum'), longestMs(tracks, timescales, 'end')];
  return { ...scan, durationMs, endMs };
}

/** Returns the movie header of a whole file; null if it has none. */
export async function readMovie(file: Mp4Bytes): Promise<Buffer | null> {
  for await (const { type, index } of topBoxes(file, 'moov')) if (type === 'moov') return index;
  return null;
}

/** Yields the whole boxes of a file, with their content if they have the `wanted` type. */
async function* topBoxes(file: Mp4Bytes, wanted: string): AsyncGenerator<{ type: string; to: number; index: Buffer | null }> {
  for (let at = 0; at + 8 <= file.size;) {
    const head = await file.read(at, READ_AHEAD_BYTES);
    const box = boxAt(head, 0, head.length);
    if (!box || at + box.to > file.size) return;
    const [from, to] = [at + box.from, at + box.to];
    let index: Buffer | null = null;
    if (box.type === wanted) {
      if (to - from > MAX_INDEX_BYTES) return;
      index = box.to <= head.length ? head.subarray(box.from, box.to) : await file.read(from, to - from);
    }
    yield { type: box.type, to, index };
    at = to;
  }
}

/** Of one track: the length of its samples together, and where the last one ends. */
interface TrackTicks {
  sum: number;
  end: number;
}

function longestMs(tracks: ReadonlyMap<number, TrackTicks>, timescales: ReadonlyMap<number, number>, of: keyof TrackTicks): number {
  const lengths = [...tracks].map(([track, ticks]) => (ticks[of] * 1000) / (timescales.get(track) || Number.POSITIVE_INFINITY));
  return Math.round(Math.max(0, ...lengths));
}

const HAS = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

function addDurations(bytes: Buffer, moof: Box, tracks: Map<number, TrackTicks>): void {
  for (const traf of boxes(bytes, moof.from, moof.to)) {
    const tfhd = traf.type === 'traf' ? find(bytes, traf, 'tfhd') : null;
    const trun = tfhd && find(bytes, traf, 'trun');
    if (!tfhd || !trun || tfhd.to - tfhd.from < 8 || trun.to - trun.from < 8) continue;
    const track = bytes.readUInt32BE(tfhd.from + 4);
    const { sum, end } = tracks.get(track) ?? { sum: 0, end: 0 };
    const length = runTicks(bytes, trun);
    tracks.set(track, { sum: sum + length, end: Math.max(end, baseTicks(bytes, find(bytes, traf, 'tfdt')) + length) });
  }
}

function baseTicks(bytes: Buffer, tfdt: Box | null): number {
  if (!tfdt || tfdt.to - tfdt.from < 8) return 0;
  const isLong = bytes[tfdt.from] === 1 && tfdt.to - tfdt.from >= 12;
  return isLong ? Number(bytes.readBigUInt64BE(tfdt.from + 4)) : bytes.readUInt32BE(tfdt.from + 4);
}

function runTicks(bytes: Buffer, trun: Box): number {
  const flags = bytes.readUInt32BE(trun.from) & 0xffffff;
  if (!(flags & HAS.duration)) return 0;
  const count = bytes.readUInt32BE(trun.from + 4);
  const stride = 4 * [HAS.duration, HAS.size, HAS.flags, HAS.composition].filter((flag) => flags & flag).length;
  let at = trun.from + 8 + (flags & HAS.dataOffset ? 4 : 0) + (flags & HAS.firstFlags ? 4 : 0);
  let sum = 0;
  for (let index = 0; index < count && at + 4 <= trun.to; index++, at += stride) sum += bytes.readUInt32BE(at);
  return sum;
}
