import { BitReader } from './BitReader.js';
import { FormatError } from './FormatError.js';

/** An AV1 stream's configuration, which a player needs before the first frame. */
export interface Av1Config {
  /** RFC 6381 (AV1 in ISOBMFF 5): `av01.0.04M.08` */
  codec: string;
  width: number;
  height: number;
  /** AV1CodecConfigurationRecord; it goes into `av1C`. */
  record: Buffer;
}

const SEQUENCE_HEADER = 1;
const MAX_OBUS = 256;

/** Parses an AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3.3). It must contain a sequence header, which holds the size. */
export function parseAv1Config(record: Buffer): Av1Config {
  if (record.length < 4 || record.readUInt8(0) !== 0x81) throw new FormatError('not an AV1 configuration');
  const header = findSequenceHeader(record.subarray(4));
  if (!header) throw new FormatError('AV1 configuration has no sequence header');
  const [profile, level] = [record.readUInt8(1) >> 5, record.readUInt8(1) & 0x1f];
  const flags = record.readUInt8(2);
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8;
  const codec = `av01.${profile}.${pad(level)}${flags & 0x80 ? 'H' : 'M'}.${pad(depth)}`;
  return { codec, ...parseSequenceSize(header), record };
}

const pad = (value: number) => String(value).padStart(2, '0');

/** Returns the payload of the first sequence header among OBUs that carry their sizes. */
function findSequenceHeader(obus: Buffer): Buffer | null {
  for (let at = 0, count = 0; at < obus.length && count < MAX_OBUS; count++) {
    const header = obus.readUInt8(at);
    at += header & 4 ? 2 : 1;
    let size = obus.length - at;
    if (header & 2) {
      const length = readLeb128(obus, at);
      at = length.end;
      size = length.value;
    }
    if (size < 0 || at + size > obus.length) throw new FormatError('OBU is cut off');
    if (((header >> 3) & 0x0f) === SEQUENCE_HEADER) return obus.subarray(at, at + size);
    at += size;
  }
  return null;
}

function readLeb128(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, end: start + index + 1 };
  }
  throw new FormatError('OBU size is not valid');
}

/** Reads a sequence header OBU up to the largest frame size (AV1 5.5.1). */
function parseSequenceSize(header: Buffer): { width: number; height: number } {
  const bits = new BitReader(header);
  bits.bits(4); // profile, still picture
  if (bits.bit()) bits.bits(5);
  else skipOperatingPoints(bits);
  const widthBits = bits.bits(4) + 1;
  const heightBits = bits.bits(4) + 1;
  return { width: bits.bits(widthBits) + 1, height: bits.bits(heightBits) + 1 };
}

function skipOperatingPoints(bits: BitReader): void {
  let delayBits = 0;
  let hasModel = false;
  if (bits.bit()) {
    bits.bits(32); // units in a tick
    bits.bits(32); // time scale
    if (bits.bit()) bits.unsigned(); // uvlc is Exp-Golomb too
    hasModel = bits.bit() === 1;
    if (hasModel) {
      delayBits = bits.bits(5) + 1;
      bits.bits(32);
      bits.bits(10);
    }
  }
  const hasDelay = bits.bit() === 1;
  for (let points = bits.bits(5); points >= 0; points--) {
    bits.bits(12);
    if (bits.bits(5) > 7) bits.bit(); // tier
    if (hasModel && bits.bit()) bits.bits(2 * delayBits + 1);
    if (hasDelay && bits.bit()) bits.bits(4);
  }
}
