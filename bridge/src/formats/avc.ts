import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';

/** What a player has to know of an H.264 stream before its first picture. */
export interface AvcConfig {
  profile: number;
  compatibility: number;
  level: number;
  /** RFC 6381: `avc1.64001f` */
  codec: string;
  /** As shown: after cropping, before the aspect ratio of samples. */
  width: number;
  height: number;
  /** Bytes of the length in front of every NAL unit. */
  nalLengthBytes: number;
  /** AVCDecoderConfigurationRecord as it came: goes into `avcC`. */
  record: Buffer;
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1. */
export function parseAvcConfig(record: Buffer): AvcConfig {
  if (record.length < 7) throw new FormatError('AVC configuration is too short');
  if (record.readUInt8(0) !== 1) throw new FormatError('AVC configuration is not version 1');
  const spsCount = record.readUInt8(5) & 0x1f;
  if (spsCount === 0) throw new FormatError('AVC configuration has no SPS');
  const spsBytes = record.length >= 8 ? record.readUInt16BE(6) : 0;
  const sps = record.subarray(8, 8 + spsBytes);
  if (spsBytes === 0 || sps.length < spsBytes) throw new FormatError('AVC configuration is cut off in its SPS');
  const [profile, compatibility, level] = [record.readUInt8(1), record.readUInt8(2), record.readUInt8(3)];
  const codec = `avc1.${record.toString('hex', 1, 4)}`;
  return { profile, compatibility, level, codec, ...parseSpsSize(sps), nalLengthBytes: (record.readUInt8(4) & 3) + 1, record };
}

/** Profiles whose SPS tell the chroma format, H.264 7.3.2.1.1. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Width and height from a sequence parameter set with its NAL header, H.264 7.3.2.1.1. */
export function parseSpsSize(sps: Buffer): { width: number; height: number } {
  if (((sps[0] ?? 0) & 0x1f) !== 7) throw new FormatError('not an SPS');
  const bits = new BitReader(withoutEmulation(sps.subarray(1)));
  const profile = bits.bits(8);
  bits.bits(16); // constraint flags, level
  bits.unsigned(); // id
  const { chroma, isSeparate } = HIGH_PROFILES.has(profile) ? readHighProfile(bits) : { chroma: 1, isSeparate: false };
  bits.unsigned(); // frame number length
  skipPictureOrder(bits);
  bits.unsigned(); // reference frames
  bits.bit(); // gaps allowed
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
  if (width < 1 || height < 1 || width > 16_384 || height > 16_384) throw new FormatError('SPS says an impossible picture size');
  return { width, height };
}

function readHighProfile(bits: BitReader): { chroma: number; isSeparate: boolean } {
  const chroma = bits.unsigned();
  const isSeparate = chroma === 3 && bits.bit() === 1;
  bits.unsigned(); // luma depth
  bits.unsigned(); // chroma depth
  bits.bit(); // bypass
  const lists = bits.bit() ? (chroma === 3 ? 12 : 8) : 0;
  for (let list = 0; list < lists; list++) if (bits.bit()) skipScalingList(bits, list < 6 ? 16 : 64);
  return { chroma, isSeparate };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size && next !== 0; index++) {
    next = (last + bits.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.unsigned();
  if (type === 0) bits.unsigned();
  if (type !== 1) return;
  bits.bit();
  bits.signed();
  bits.signed();
  const cycle = bits.unsigned();
  if (cycle > 255) throw new FormatError('SPS has an impossible picture order cycle');
  for (let index = 0; index < cycle; index++) bits.signed();
}

/** Removes the 03 of every 00 00 03, H.264 7.4.1. */
function withoutEmulation(nal: Buffer): Buffer {
  const clean = Buffer.allocUnsafe(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    clean[length++] = byte;
  }
  return clean.subarray(0, length);
}
