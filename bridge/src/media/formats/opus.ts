import { FormatError } from './FormatError.js';

/** An Opus stream's identification header (RFC 7845 5.1), which a player needs before the first packet. */
export interface OpusConfig {
  channels: number;
  /** Samples at 48 kHz to drop at the start. */
  preSkip: number;
  /** Sample rate of the original, for information: Opus always decodes at 48 kHz. */
  inputSampleRate: number;
  /** RFC 6381 */
  codec: 'opus';
  /** `OpusHead` as received. */
  record: Buffer;
}

export const OPUS_SAMPLE_RATE = 48_000;
const MAGIC = 'OpusHead';
const HEAD_BYTES = 19;

export function parseOpusHead(record: Buffer): OpusConfig {
  if (record.length < HEAD_BYTES || record.toString('latin1', 0, 8) !== MAGIC) throw new FormatError('not an OpusHead');
  if (record.readUInt8(8) >> 4 !== 0) throw new FormatError('OpusHead of an unknown version');
  const channels = record.readUInt8(9);
  if (channels < 1 || channels > 8) throw new FormatError(`Opus with ${channels} channels`);
  return { channels, preSkip: record.readUInt16LE(10), inputSampleRate: record.readUInt32LE(12), codec: 'opus', record };
}

/** For mono and stereo, the only layouts without a mapping table. Live encoders need no pre-skip, because time starts with the first packet. */
export function buildOpusHead({ channels, preSkip = 0 }: { channels: number; preSkip?: number }): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(Math.min(2, Math.max(1, channels)), 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(OPUS_SAMPLE_RATE, 12);
  return head;
}

/** Content of the `dOps` box (Opus in ISOBMFF 4.3.2): the same fields, big-endian and version 0. */
export function dOpsOf({ record }: OpusConfig): Buffer {
  const dOps = Buffer.from(record.subarray(8));
  dOps.writeUInt8(0, 0);
  dOps.writeUInt16BE(record.readUInt16LE(10), 2);
  dOps.writeUInt32BE(record.readUInt32LE(12), 4);
  dOps.writeInt16BE(record.readInt16LE(16), 8);
  return dOps;
}

/** Samples at 48 kHz in a packet (RFC 6716 3.1 and 3.2); 0 if it is not valid. */
export function opusPacketSamples(packet: Buffer): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const frames = (toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = frames * frameSamples(toc >> 3);
  return samples > MAX_PACKET_SAMPLES ? 0 : samples;
}

/** 120 ms */
const MAX_PACKET_SAMPLES = 5760;

function frameSamples(config: number): number {
  if (config >= 16) return 120 << (config & 3); // CELT: 2.5, 5, 10, 20 ms
  if (config >= 12) return 480 << (config & 1); // hybrid: 10, 20 ms
  return [480, 960, 1920, 2880][config & 3] ?? 0; // SILK: 10, 20, 40, 60 ms
}
