/** ISO BMFF (14496-12) read as far as recovering a recording needs it: whole fragments, and how long they play. */
export interface Mp4Scan {
  /** Up to the end of the last whole fragment (or header). */
  wholeBytes: number;
  /** Longest track, ms; 0 without fragments. */
  durationMs: number;
  fragments: number;
}

interface Box {
  type: string;
  /** Of what is in it. */
  from: number;
  to: number;
}

const MAX_BOXES = 100_000;

/** Boxes that lie wholly within `from`..`to`; stops at the first that does not. */
export function* boxes(bytes: Buffer, from = 0, to = bytes.length): Generator<Box> {
  let at = from;
  for (let count = 0; at + 8 <= to && count < MAX_BOXES; count++) {
    const size32 = bytes.readUInt32BE(at);
    const isLarge = size32 === 1;
    if (isLarge && at + 16 > to) return;
    const size = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size32;
    const headerBytes = isLarge ? 16 : 8;
    if (size < headerBytes || at + size > to) return;
    yield { type: bytes.toString('latin1', at + 4, at + 8), from: at + headerBytes, to: at + size };
    at += size;
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

/** Ticks a second by track. */
export function readTimescales(init: Buffer): Map<number, number> {
  const scales = new Map<number, number>();
  const moov = find(init, null, 'moov');
  for (const trak of moov ? boxes(init, moov.from, moov.to) : []) {
    const tkhd = trak.type === 'trak' ? find(init, trak, 'tkhd') : null;
    const mdhd = find(init, trak, 'mdia', 'mdhd');
    if (tkhd && mdhd && tkhd.to - tkhd.from >= 16 && mdhd.to - mdhd.from >= 16) scales.set(init.readUInt32BE(tkhd.from + 12), init.readUInt32BE(mdhd.from + 12)); // prettier-ignore
  }
  return scales;
}

/** What of a fragmented file, or of segments that belong to `timescales`, is whole. */
export function scanFragments(bytes: Buffer, timescales: ReadonlyMap<number, number>): Mp4Scan {
  const ticks = new Map<number, number>();
  const scan: Mp4Scan = { wholeBytes: 0, durationMs: 0, fragments: 0 };
  for (const box of boxes(bytes)) {
    if (box.type === 'moof') addDurations(bytes, box, ticks);
    // A moof counts with the mdat that follows it.
    else scan.wholeBytes = box.to;
    if (box.type === 'mdat') scan.fragments++;
    if (box.type === 'mdat') scan.durationMs = longestMs(ticks, timescales);
  }
  return scan;
}

function longestMs(ticks: ReadonlyMap<number, number>, timescales: ReadonlyMap<number, number>): number {
  return Math.round(Math.max(0, ...[...ticks].map(([track, sum]) => (sum * 1000) / (timescales.get(track) || Number.POSITIVE_INFINITY))));
}

const HAS = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

function addDurations(bytes: Buffer, moof: Box, ticks: Map<number, number>): void {
  for (const traf of boxes(bytes, moof.from, moof.to)) {
    const tfhd = traf.type === 'traf' ? find(bytes, traf, 'tfhd') : null;
    const trun = tfhd && find(bytes, traf, 'trun');
    if (!tfhd || !trun || tfhd.to - tfhd.from < 8 || trun.to - trun.from < 8) continue;
    const track = bytes.readUInt32BE(tfhd.from + 4);
    ticks.set(track, (ticks.get(track) ?? 0) + runTicks(bytes, trun));
  }
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
