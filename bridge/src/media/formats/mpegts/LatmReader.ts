import { parseAacConfig } from '../aac.js';
import { BitReader } from '../BitReader.js';
import { FormatError } from '../FormatError.js';
import type { SoundFrame } from './tsTrack.js';

interface MuxConfig {
  record: Buffer;
  sampleRate: number;
  samples: number;
}

/** AudioMuxElement of ISO/IEC 14496-3 1.7.3 as broadcasters send it: version 0, one program, one layer, one frame each. */
export class LatmReader {
  #config: MuxConfig | null = null;

  /** Returns null before the first configuration and for unsupported elements. */
  read(element: Buffer): SoundFrame | null {
    try {
      const bits = new BitReader(element);
      if (!bits.bit()) this.#config = readMuxConfig(bits);
      if (!this.#config) return null;
      const { record, sampleRate, samples } = this.#config;
      return { data: readPayload(bits, element.length), sampleRate, samples, config: record };
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
}

function readMuxConfig(bits: BitReader): MuxConfig {
  // Version, same framing, sub-frames, programs, layers.
  if (bits.bit() !== 0 || bits.bit() !== 1 || bits.bits(13) !== 0) throw new FormatError('LATM of a kind that is not supported');
  const record = readAudioConfig(bits);
  if (bits.bits(3) !== 0) throw new FormatError('LATM frames of a fixed length are not supported');
  bits.bits(8); // buffer fullness
  if (bits.bit()) for (let isMore = 1; isMore; bits.bits(8)) isMore = bits.bit(); // length of other data
  if (bits.bit()) bits.bits(8); // checksum
  const { sampleRate, samplesPerFrame } = parseAacConfig(record);
  return { record, sampleRate, samples: samplesPerFrame };
}

/** The AudioSpecificConfig has no length here, so its fields are copied one by one. */
function readAudioConfig(bits: BitReader): Buffer {
  let written = '';
  const copy = (count: number) => {
    const value = bits.bits(count);
    written += value.toString(2).padStart(count, '0');
    return value;
  };
  const copyRate = () => copy(4) === 15 && copy(24);
  const type = copy(5);
  copyRate();
  if (copy(4) === 0) throw new FormatError('LATM with a program config element is not supported');
  if (type === 5 || type === 29) {
    copyRate();
    copy(5);
  } else if (type > 4) throw new FormatError(`LATM with audio object type ${type} is not supported`);
  copy(1); // frame length
  if (copy(1)) copy(14); // core coder delay
  copy(1); // extension
  const bytes = written.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte.padEnd(8, '0'), 2)));
}

function readPayload(bits: BitReader, maxBytes: number): Buffer {
  let length = 0;
  for (let part = 255; part === 255;) length += part = bits.bits(8);
  if (length > maxBytes) throw new FormatError('LATM frame is cut off');
  const payload = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) payload[at] = bits.bits(8);
  return payload;
}
