import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';
import { withoutEmulation } from './nal.js';

/** An H.265 stream's configuration, which a player needs before the first frame. */
export interface HevcConfig {
  /** RFC 6381 (14496-15 annex E): `hvc1.1.6.L93.B0` */
  codec: string;
  /** Displayed size, after cropping. */
  width: number;
  height: number;
  /** How many frames may be decoded before one that is displayed earlier. 0: no B-frames. */
  reorderDepth: number;
  nalLengthBytes: number;
  /** Parameter sets with their NAL headers. */
  vps: Buffer[];
  sps: Buffer[];
  pps: Buffer[];
  /** HEVCDecoderConfigurationRecord; it goes into `hvcC`. */
  record: Buffer;
}

export const HEVC_NAL = { vps: 32, sps: 33, pps: 34, aud: 35 } as const;
export const hevcNalType = (nal: Buffer) => ((nal[0] ?? 0) >> 1) & 0x3f;
/** IDR, CRA, BLA: pictures at which a player can start. */
export const isHevcKeyNal = (type: number) => type >= 16 && type <= 21;

interface ProfileTierLevel {
  /** general_profile_space, tier and profile in one byte, as in hvcC. */
  profile: number;
  compatibility: number;
  /** Six bytes of constraint flags. */
  constraints: Buffer;
  level: number;
}

export interface HevcSps extends ProfileTierLevel {
  width: number;
  height: number;
  reorderDepth: number;
  chroma: number;
  lumaDepth: number;
  chromaDepth: number;
  subLayers: number;
  isNested: boolean;
}

/** Parses a sequence parameter set with its NAL header (H.265 7.3.2.2). */
export function parseHevcSps(nal: Buffer): HevcSps {
  if (hevcNalType(nal) !== HEVC_NAL.sps) throw new FormatError('not an HEVC SPS');
  const clean = withoutEmulation(nal.subarray(2));
  const bits = new BitReader(clean);
  bits.bits(4); // VPS id
  const subLayers = bits.bits(3) + 1;
  if (subLayers > 7) throw new FormatError('HEVC SPS has too many sub-layers');
  const isNested = bits.bit() === 1;
  const general = readProfileTierLevel(bits, subLayers);
  bits.unsigned(); // id
  const chroma = bits.unsigned();
  if (chroma > 3) throw new FormatError('HEVC SPS has an unknown chroma format');
  const isSeparate = chroma === 3 && bits.bit() === 1;
  const size = readSize(bits, isSeparate ? 0 : chroma);
  const lumaDepth = bits.unsigned() + 8;
  const chromaDepth = bits.unsigned() + 8;
  bits.unsigned(); // picture order count length
  const reorderDepth = readReorderDepth(bits, subLayers);
  return { ...general, ...size, reorderDepth, chroma, lumaDepth, chromaDepth, subLayers, isNested };
}

/** H.265 7.3.3 */
function readProfileTierLevel(bits: BitReader, subLayers: number): ProfileTierLevel {
  const profile = bits.bits(8);
  const compatibility = bits.bits(32);
  const constraints = Buffer.from(Array.from({ length: 6 }, () => bits.bits(8)));
  const level = bits.bits(8);
  const has = Array.from({ length: subLayers - 1 }, () => ({ profile: bits.bit(), level: bits.bit() }));
  if (subLayers > 1) bits.bits(2 * (8 - (subLayers - 1)));
  for (const layer of has) {
    if (layer.profile) for (let word = 0; word < 11; word++) bits.bits(8);
    if (layer.level) bits.bits(8);
  }
  return { profile, compatibility, constraints, level };
}

function readSize(bits: BitReader, chroma: number): { width: number; height: number } {
  const [codedWidth, codedHeight] = [bits.unsigned(), bits.unsigned()];
  const crop = bits.bit() ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const width = codedWidth - (chroma === 1 || chroma === 2 ? 2 : 1) * (left + right);
  const height = codedHeight - (chroma === 1 ? 2 : 1) * (top + bottom);
  if (width < 1 || height < 1 || width > 16_384 || height > 16_384) throw new FormatError('HEVC SPS claims an impossible frame size');
  return { width, height };
}

/** max_num_reorder_pics of the highest sub-layer. */
function readReorderDepth(bits: BitReader, subLayers: number): number {
  const isPerLayer = bits.bit() === 1;
  let depth = 0;
  for (let layer = isPerLayer ? 0 : subLayers - 1; layer < subLayers; layer++) {
    bits.unsigned(); // buffering
    depth = bits.unsigned();
    bits.unsigned(); // latency
  }
  return depth;
}

/** Parses an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1). */
export function parseHevcConfig(record: Buffer): HevcConfig {
  if (record.length < 23) throw new FormatError('HEVC configuration is too short');
  const sets = readArrays(record);
  const sps = sets.sps[0];
  if (!sps) throw new FormatError('HEVC configuration has no SPS');
  const parsed = parseHevcSps(sps);
  const { width, height, reorderDepth } = parsed;
  return { codec: codecOf(parsed), width, height, reorderDepth, nalLengthBytes: (record.readUInt8(21) & 3) + 1, ...sets, record };
}

function readArrays(record: Buffer): Pick<HevcConfig, 'vps' | 'sps' | 'pps'> {
  const sets = { vps: new Array<Buffer>(), sps: new Array<Buffer>(), pps: new Array<Buffer>() };
  let at = 23;
  const take = (bytes: number) => {
    if (at + bytes > record.length) throw new FormatError('HEVC configuration is cut off');
    at += bytes;
    return record.subarray(at - bytes, at);
  };
  for (let arrays = record.readUInt8(22); arrays > 0; arrays--) {
    const type = take(1).readUInt8(0) & 0x3f;
    const list = type === HEVC_NAL.vps ? sets.vps : type === HEVC_NAL.sps ? sets.sps : type === HEVC_NAL.pps ? sets.pps : null;
    for (let nals = take(2).readUInt16BE(0); nals > 0; nals--) {
      const nal = take(take(2).readUInt16BE(0));
      list?.push(nal);
    }
  }
  return sets;
}

/** Builds the record from parameter sets found in the stream. */
export function buildHevcConfig({ vps, sps, pps }: { vps: readonly Buffer[]; sps: readonly Buffer[]; pps: readonly Buffer[] }): Buffer {
  const first = sps[0];
  if (!first) throw new FormatError('HEVC stream has no SPS');
  const info = parseHevcSps(first);
  const head = Buffer.alloc(23);
  head.writeUInt8(1, 0);
  head.writeUInt8(info.profile, 1);
  head.writeUInt32BE(info.compatibility, 2);
  info.constraints.copy(head, 6);
  head.writeUInt8(info.level, 12);
  head.writeUInt16BE(0xf000, 13); // segmentation 0: unknown
  head.writeUInt8(0xfc, 15); // parallelism unknown
  head.writeUInt8(0xfc | info.chroma, 16);
  head.writeUInt8(0xf8 | ((info.lumaDepth - 8) & 7), 17);
  head.writeUInt8(0xf8 | ((info.chromaDepth - 8) & 7), 18);
  head.writeUInt8((info.subLayers << 3) | (info.isNested ? 4 : 0) | 3, 21);
  head.writeUInt8(3, 22);
  return Buffer.concat([head, ...arrayOf(HEVC_NAL.vps, vps), ...arrayOf(HEVC_NAL.sps, sps), ...arrayOf(HEVC_NAL.pps, pps)]);
}

function arrayOf(type: number, nals: readonly Buffer[]): Buffer[] {
  const length = (nal: Buffer) => {
    if (nal.length > 0xffff) throw new FormatError('parameter set is too long');
    return Buffer.from([nal.length >> 8, nal.length & 0xff]);
  };
  return [Buffer.from([0x80 | type, nals.length >> 8, nals.length & 0xff]), ...nals.flatMap((nal) => [length(nal), nal])];
}

const PROFILE_SPACE = ['', 'A', 'B', 'C'];

function codecOf({ profile, compatibility, constraints, level }: ProfileTierLevel): string {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) if (compatibility & (1 << bit)) reversed |= 1 << (31 - bit);
  const flags = [...constraints];
  while (flags.at(-1) === 0) flags.pop();
  const parts = [
    `hvc1.${PROFILE_SPACE[profile >> 6] ?? ''}${profile & 0x1f}`,
    (reversed >>> 0).toString(16).toUpperCase(),
    `${profile & 0x20 ? 'H' : 'L'}${level}`,
    ...flags.map((flag) => flag.toString(16).toUpperCase()),
  ];
  return parts.join('.');
}
