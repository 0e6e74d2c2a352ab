import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';

export interface AacConfig {
  objectType: number;
  sampleRate: number;
  channels: number;
  /** RFC 6381: `mp4a.40.2` */
  codec: string;
  /** Length of one access unit, in samples at `sampleRate`. */
  samplesPerFrame: number;
  /** AudioSpecificConfig as received; it goes into `esds`. */
  record: Buffer;
}

const SAMPLE_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const SBR = 5;
const PS = 29;

/** Parses an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) of any AAC kind. */
export function parseAacConfig(record: Buffer): AacConfig {
  const bits = new BitReader(record);
  const objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channelCode = bits.bits(4);
  const channels = CHANNELS[channelCode];
  if (channels === undefined) throw new FormatError(`AAC channel configuration ${channelCode} is reserved`);
  const core = objectType === SBR || objectType === PS ? readExtension(bits) : objectType;
  if (core < 1 || core > 4) throw new FormatError(`audio object type ${core} is not AAC`);
  const isShort = bits.bit() === 1; // frameLengthFlag of GASpecificConfig
  // Channel configuration 0 means a program config element. Encoders that send one have stereo or more, and players read the element themselves.
  return { objectType, sampleRate, channels: channels || 2, codec: `mp4a.40.${objectType}`, samplesPerFrame: isShort ? 960 : 1024, record };
}

function readObjectType(bits: BitReader): number {
  const type = bits.bits(5);
  return type === 31 ? 32 + bits.bits(6) : type;
}

function readSampleRate(bits: BitReader): number {
  const index = bits.bits(4);
  const rate = index === 15 ? bits.bits(24) : SAMPLE_RATES[index];
  if (rate === undefined || rate < 1000 || rate > 192_000) throw new FormatError('AAC sample rate is not valid');
  return rate;
}

/** HE-AAC: the rate after spectral band replication, then the core's own type. */
function readExtension(bits: BitReader): number {
  readSampleRate(bits);
  return readObjectType(bits);
}

/** Builds the AudioSpecificConfig of plain AAC (no SBR signalled). */
export function buildAacConfig({
  objectType = 2,
  sampleRate,
  channels,
}: {
  objectType?: number;
  sampleRate: number;
  channels: number;
}): Buffer {
  const index = SAMPLE_RATES.indexOf(sampleRate);
  const code = CHANNELS.lastIndexOf(channels);
  if (index < 0 || code < 1) throw new FormatError('no AAC configuration for this rate and channels');
  return Buffer.from([(objectType << 3) | (index >> 1), ((index & 1) << 7) | (code << 3)]);
}

export interface AdtsHeader {
  headerBytes: number;
  /** Including the header. */
  frameBytes: number;
  objectType: number;
  sampleRate: number;
  channels: number;
}

export const ADTS_HEADER_BYTES = 7;

/** Parses a header of ISO/IEC 13818-7 6.2; returns null for other bytes. Needs at least 7 bytes. */
export function parseAdts(bytes: Buffer): AdtsHeader | null {
  if (bytes.length < ADTS_HEADER_BYTES || bytes.readUInt8(0) !== 0xff || (bytes.readUInt8(1) & 0xf6) !== 0xf0) return null;
  const headerBytes = bytes.readUInt8(1) & 1 ? ADTS_HEADER_BYTES : ADTS_HEADER_BYTES + 2;
  const third = bytes.readUInt8(2);
  const sampleRate = SAMPLE_RATES[(third >> 2) & 0x0f];
  const channels = CHANNELS[((third & 1) << 2) | (bytes.readUInt8(3) >> 6)];
  const frameBytes = (bytes.readUIntBE(3, 3) >> 5) & 0x1fff;
  if (sampleRate === undefined || channels === undefined || frameBytes <= headerBytes) return null;
  return { headerBytes, frameBytes, objectType: (third >> 6) + 1, sampleRate, channels: channels || 2 };
}

/** Header for a frame of `frameBytes` bytes (without the header). HE-AAC is written as its core, as everyone sends it. */
export function adtsHeader(config: AacConfig, frameBytes: number): Buffer {
  const core = coreOf(config);
  const index = SAMPLE_RATES.indexOf(core.sampleRate);
  if (index < 0) throw new FormatError('no ADTS for this AAC sample rate');
  const code = core.channelCode;
  const total = frameBytes + ADTS_HEADER_BYTES;
  if (total > 0x1fff) throw new FormatError('AAC frame is too long for ADTS');
  return Buffer.from([
    ...[0xff, 0xf1, ((core.objectType - 1) << 6) | (index << 2) | (code >> 2)],
    ...[((code & 3) << 6) | (total >> 11), (total >> 3) & 0xff, ((total & 7) << 5) | 0x1f, 0xfc],
  ]);
}

function coreOf({ record }: AacConfig): { objectType: number; sampleRate: number; channelCode: number } {
  const bits = new BitReader(record);
  const objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channelCode = bits.bits(4);
  const core = objectType === SBR || objectType === PS ? readExtension(bits) : objectType;
  return { objectType: core, sampleRate, channelCode };
}
