import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';

export interface AacConfig {
  objectType: number;
  sampleRate: number;
  channels: number;
  /** RFC 6381: `mp4a.40.2` */
  codec: string;
  /** One access unit, in samples at `sampleRate`. */
  samplesPerFrame: number;
  /** AudioSpecificConfig as it came: goes into `esds`. */
  record: Buffer;
}

const SAMPLE_RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const SBR = 5;
const PS = 29;

/** AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1, of the AAC kinds. */
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
  // Channels 0: a program config element tells; all that encoders send this way is stereo or more, and players read the element themselves.
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
