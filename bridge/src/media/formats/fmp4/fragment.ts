import { box, fullBox, u32, u64 } from './box.js';

export interface Fmp4Sample {
  /** The bytes for `mdat`: shared, and copied only when the fragment is joined. */
  data: Buffer;
  durationTicks: number;
  /** Presentation minus decoding time; may be negative. */
  compositionTicks: number;
  isKeyFrame: boolean;
}

/** One track's run of samples. */
export interface Fmp4Run {
  trackId: number;
  kind: 'video' | 'audio';
  /** Decoding time of the first sample on the stream's timeline. */
  baseTicks: number;
  samples: readonly Fmp4Sample[];
}

const DEFAULT_BASE_IS_MOOF = 0x020000;
const DEFAULT_FLAGS_PRESENT = 0x20;
const RUN = { dataOffset: 0x1, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };
const DEPENDS_ON_NOTHING = 0x02000000;
/** Depends on others; not a sync sample. */
const DEPENDS = 0x01010000;

/** `moof` + `mdat` with one run per track that has samples. Every byte of media is copied once, into its place. */
export function fragment(sequence: number, runs: readonly Fmp4Run[]): Buffer {
  const filled = runs.filter((run) => run.samples.length > 0);
  const moofBytes = BOX_BYTES + MFHD_BYTES + filled.reduce((sum, run) => sum + trafBytes(run), 0);
  let offset = moofBytes + BOX_BYTES;
  const trafs = filled.map((run) => {
    const built = traf(run, offset);
    for (const sample of run.samples) offset += sample.data.length;
    return built;
  });
  const moof = box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...trafs);
  const mdat = Buffer.allocUnsafe(BOX_BYTES);
  mdat.writeUInt32BE(offset - moofBytes, 0);
  mdat.write('mdat', 4, 'latin1');
  return Buffer.concat([moof, mdat, ...filled.flatMap((run) => run.samples.map((sample) => sample.data))], offset);
}

const BOX_BYTES = 8;
const MFHD_BYTES = 16;
/** traf, tfhd, tfdt and the head of trun. */
const TRAF_BYTES = 8 + 20 + 20 + 20;
const entryBytes = ({ kind }: Pick<Fmp4Run, 'kind'>) => (kind === 'video' ? 16 : 8);
const trafBytes = (run: Fmp4Run) => TRAF_BYTES + run.samples.length * entryBytes(run);

function traf(run: Fmp4Run, dataOffset: number): Buffer {
  const tfhd = fullBox(
    'tfhd',
    0,
    DEFAULT_BASE_IS_MOOF | DEFAULT_FLAGS_PRESENT,
    u32(run.trackId, run.kind === 'audio' ? DEPENDS_ON_NOTHING : DEPENDS),
  );
  return box('traf', tfhd, fullBox('tfdt', 1, 0, u64(run.baseTicks)), trun(run, dataOffset));
}

/** Version 1: composition offsets are signed. Audio needs neither flags nor offsets. */
function trun({ kind, samples }: Fmp4Run, dataOffset: number): Buffer {
  const isVideo = kind === 'video';
  const fields = RUN.dataOffset | RUN.duration | RUN.size | (isVideo ? RUN.flags | RUN.composition : 0);
  const table = Buffer.allocUnsafe(samples.length * entryBytes({ kind }));
  let at = 0;
  for (const sample of samples) {
    at = table.writeUInt32BE(sample.durationTicks, at);
    at = table.writeUInt32BE(sample.data.length, at);
    if (!isVideo) continue;
    at = table.writeUInt32BE(sample.isKeyFrame ? DEPENDS_ON_NOTHING : DEPENDS, at);
    at = table.writeInt32BE(sample.compositionTicks, at);
  }
  return fullBox('trun', 1, fields, u32(samples.length, dataOffset), table);
}
