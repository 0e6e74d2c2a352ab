import { type FlvTag, makeMediaTag } from '../flv/index.js';
import { buildOpusHead, OPUS_SAMPLE_RATE, opusPacketSamples } from '../opus.js';
import { msOf, type TimedPes, type Track } from './tsTrack.js';

/** Opus packets behind control headers (ETSI TS 103 491 table 5-1, as FFmpeg and OBS write them). */
export class TsOpusTrack implements Track {
  readonly #channels: number;
  #next90k: number | null = null;
  #hasConfig = false;

  constructor(channels: number) {
    this.#channels = channels;
  }

  push({ pts90k, payload }: TimedPes): FlvTag[] {
    this.#next90k = pts90k ?? this.#next90k;
    const tags: FlvTag[] = [];
    for (let at = 0; this.#next90k !== null;) {
      const unit = readControlHeader(payload, at);
      if (!unit || unit.at + unit.bytes > payload.length) break;
      const data = payload.subarray(unit.at, unit.at + unit.bytes);
      at = unit.at + unit.bytes;
      const samples = opusPacketSamples(data);
      if (samples === 0) continue;
      const dtsMs = msOf(this.#next90k);
      if (!this.#hasConfig) tags.push(this.#config(dtsMs));
      tags.push(makeMediaTag({ codec: 'opus', dtsMs, data }));
      this.#next90k += (samples * 90_000) / OPUS_SAMPLE_RATE;
    }
    return tags;
  }

  #config(dtsMs: number): FlvTag {
    this.#hasConfig = true;
    return makeMediaTag({ codec: 'opus', dtsMs, data: buildOpusHead({ channels: this.#channels }), isConfig: true });
  }
}

const PREFIX = 0x7fe0;
const [START_TRIM, END_TRIM, EXTENSION] = [0x10, 0x08, 0x04];

/** Where the packet starts and how long it is; null if there is no header or it is cut off. */
function readControlHeader(bytes: Buffer, start: number): { at: number; bytes: number } | null {
  if (start + 3 > bytes.length || (bytes.readUInt16BE(start) & 0xffe0) !== PREFIX) return null;
  const flags = bytes.readUInt8(start + 1);
  let at = start + 2;
  let size = 0;
  while (bytes[at] === 255) {
    size += 255;
    at++;
  }
  size += bytes[at++] ?? 0;
  if (flags & START_TRIM) at += 2;
  if (flags & END_TRIM) at += 2;
  if (flags & EXTENSION) at += 1 + (bytes[at] ?? 0);
  return { at, bytes: size };
}

/** The header for a packet of `bytes` bytes: no trims, no extension. */
export function opusControlHeader(bytes: number): Buffer {
  const header = Buffer.alloc(3 + Math.floor(bytes / 255), 255);
  header.writeUInt16BE(PREFIX, 0);
  header.writeUInt8(bytes % 255, header.length - 1);
  return header;
}
