import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';
import { withoutEmulation } from './nal.js';

/** An H.264 stream's configuration, which a player needs before the first frame. */
export interface AvcConfig {
  profile: number;
  compatibility: number;
  level: number;
  /** RFC 6381: `avc1.64001f` */
  codec: string;
  /** Displayed size: after cropping, before the sample aspect ratio. */
  width: number;
  height: number;
  /** How many frames may be decoded before one that is displayed earlier. 0: no B-frames; null: unknown. */
  reorderDepth: number | null;
  /** Length of the prefix in front of every NAL unit, bytes. */
  nalLengthBytes: number;
  /** Parameter sets with their NAL headers. */
  sps: Buffer[];
  pps: Buffer[];
  /** AVCDecoderConfigurationRecord as received; it goes into `avcC`. */
  record: Buffer;
}

/** Parses an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). */
export function parseAvcConfig(record: Buffer): AvcConfig {
  if (record.length < 7) throw new FormatError('AVC configuration is too short');
  if (record.readUInt8(0) !== 1) throw new FormatError('AVC configuration is not version 1');
  const { sps, pps } = readSets(record);
  const first = sps[0];
  if (!first) throw new FormatError('AVC configuration has no SPS');
  const [profile, compatibility, level] = [record.readUInt8(1), record.readUInt8(2), record.readUInt8(3)];
  const codec = `avc1.${record.toString('hex', 1, 4)}`;
  const nalLengthBytes = (record.readUInt8(4) & 3) + 1;
  return { profile, compatibility, level, codec, ...parseSps(first), nalLengthBytes, sps, pps, record };
}

function readSets(record: Buffer): { sps: Buffer[]; pps: Buffer[] } {
  let at = 5;
  const take = (bytes: number) => {
    if (at + bytes > record.length) throw new FormatError('AVC configuration is cut off');
    at += bytes;
    return record.subarray(at - bytes, at);
  };
  const list = (mask: number) => Array.from({ length: take(1).readUInt8(0) & mask }, () => take(take(2).readUInt16BE(0)));
  const sps = list(0x1f);
  if (sps[0]?.length === 0) throw new FormatError('AVC configuration has an empty SPS');
  return { sps, pps: at < record.length ? list(0xff) : [] };
}

export const AVC_NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, aud: 9 } as const;
export const avcNalType = (nal: Buffer) => (nal[0] ?? 0) & 0x1f;

/** Builds the record from parameter sets found in the stream. */
export function buildAvcConfig({ sps, pps }: { sps: readonly Buffer[]; pps: readonly Buffer[] }): Buffer {
  const first = sps[0];
  if (!first || first.length < 4) throw new FormatError('AVC stream has no SPS');
  const length = (nal: Buffer) => {
    if (nal.length > 0xffff) throw new FormatError('parameter set is too long');
    return Buffer.from([nal.length >> 8, nal.length & 0xff]);
  };
  const list = (nals: readonly Buffer[]) => nals.flatMap((nal) => [length(nal), nal]);
  const head = Buffer.from([1, first.readUInt8(1), first.readUInt8(2), first.readUInt8(3), 0xff, 0xe0 | Math.min(31, sps.length)]);
  const sets = [head, ...list(sps.slice(0, 31)), Buffer.from([Math.min(255, pps.length)]), ...list(pps.slice(0, 255))];
  return Buffer.concat([...sets, ...highProfileTail(first)]);
}

/** Chroma format and bit depths, which the high profiles require (14496-15 5.3.3.1.2). */
function highProfileTail(sps: Buffer): Buffer[] {
  if (![100, 110, 122, 144].includes(sps.readUInt8(1))) return [];
  const bits = new BitReader(withoutEmulation(sps.subarray(1)));
  bits.bits(24);
  bits.unsigned(); // id
  const { chroma, lumaDepth, chromaDepth } = readHighProfile(bits);
  return [Buffer.from([0xfc | (chroma & 3), 0xf8 | (lumaDepth & 7), 0xf8 | (chromaDepth & 7), 0])];
}

/** Profiles whose SPS contain the chroma format, H.264 7.3.2.1.1. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

export interface AvcSps {
  width: number;
  height: number;
  reorderDepth: number | null;
}

/** Parses a sequence parameter set with its NAL header (H.264 7.3.2.1.1). */
export function parseSps(sps: Buffer): AvcSps {
  if (((sps[0] ?? 0) & 0x1f) !== 7) throw new FormatError('not an SPS');
  const bits = new BitReader(withoutEmulation(sps.subarray(1)));
  const profile = bits.bits(8);
  bits.bits(16); // constraint flags, level
  bits.unsigned(); // id
  const { chroma, isSeparate } = HIGH_PROFILES.has(profile) ? readHighProfile(bits) : { chroma: 1, isSeparate: false };
  bits.unsigned(); // frame number length
  const orderType = skipPictureOrder(bits);
  bits.unsigned(); // reference frames
  bits.bit(); // gaps allowed
  const size = readSize(bits, { chroma, isSeparate });
  // Baseline has no B-frames, and picture order type 2 means output in decoding order (8.2.1.3).
  const isOrdered = profile === 66 || orderType === 2;
  return { ...size, reorderDepth: isOrdered ? 0 : readReorderDepth(bits) };
}

function readSize(bits: BitReader, { chroma, isSeparate }: { chroma: number; isSeparate: boolean }): { width: number; height: number } {
  const widthInMbs = bits.unsigned() + 1;
  const heightInUnits = bits.unsigned() + 1;
  const isFrameOnly = bits.bit();
  if (!isFrameOnly) bits.bit();
  bits.bit(); // direct 8x8
  const crop = bits.bit() ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
  const cropY = (chroma === 1 && !isSeparate ? 2 : 1) * (2 - isFrameOnly);
  const width = widthInMbs * 16 - (isSeparate ? 1 : cropX) * (left + right);
  const height = heightInUnits * 16 * (2 - isFrameOnly) - cropY * (top + bottom);
  if (width < 1 || height < 1 || width > 16_384 || height > 16_384) throw new FormatError('SPS claims an impossible frame size');
  return { width, height };
}

/** max_num_reorder_frames at the end of the usability information (annex E.1.1); null if the encoder omits it or writes nonsense. */
function readReorderDepth(bits: BitReader): number | null {
  try {
    if (!bits.bit()) return null;
    skipUsability(bits);
    if (!bits.bit()) return null;
    bits.bit(); // vectors over picture boundaries
    for (let field = 0; field < 4; field++) bits.unsigned();
    return bits.unsigned();
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Skips everything before the bitstream restriction. */
function skipUsability(bits: BitReader): void {
  if (bits.bit() && bits.bits(8) === 255) bits.bits(32); // aspect ratio
  if (bits.bit()) bits.bit(); // overscan
  if (bits.bit() && bits.bits(5) & 1) bits.bits(24); // video signal, with colours
  const chromaLocations = bits.bit() ? 2 : 0;
  for (let field = 0; field < chromaLocations; field++) bits.unsigned();
  if (bits.bit()) bits.bits(65); // timing
  const hasNalRates = skipRates(bits);
  const hasVclRates = skipRates(bits);
  if (hasNalRates || hasVclRates) bits.bit(); // low delay
  bits.bit(); // picture structure
}

function skipRates(bits: BitReader): boolean {
  if (!bits.bit()) return false;
  const count = bits.unsigned();
  if (count > 31) throw new FormatError('SPS has an impossible rate table');
  bits.bits(8);
  for (let index = 0; index <= count; index++) {
    bits.unsigned();
    bits.unsigned();
    bits.bit();
  }
  bits.bits(20);
  return true;
}

interface HighProfile {
  chroma: number;
  isSeparate: boolean;
  /** More than 8 bits. */
  lumaDepth: number;
  chromaDepth: number;
}

function readHighProfile(bits: BitReader): HighProfile {
  const chroma = bits.unsigned();
  const isSeparate = chroma === 3 && bits.bit() === 1;
  const lumaDepth = bits.unsigned();
  const chromaDepth = bits.unsigned();
  bits.bit(); // bypass
  const lists = bits.bit() ? (chroma === 3 ? 12 : 8) : 0;
  for (let list = 0; list < lists; list++) if (bits.bit()) skipScalingList(bits, list < 6 ? 16 : 64);
  return { chroma, isSeparate, lumaDepth, chromaDepth };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size && next !== 0; index++) {
    next = (last + bits.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** Returns the picture order count type. */
function skipPictureOrder(bits: BitReader): number {
  const type = bits.unsigned();
  if (type === 0) bits.unsigned();
  if (type !== 1) return type;
  bits.bit();
  bits.signed();
  bits.signed();
  const cycle = bits.unsigned();
  if (cycle > 255) throw new FormatError('SPS has an impossible picture order cycle');
  for (let index = 0; index < cycle; index++) bits.signed();
  return type;
}
