import { buildAacConfig, parseAdts } from '../aac.js';
import { parseMp3Header } from '../mp3.js';
import { LatmReader } from './LatmReader.js';
import type { SoundFrame } from './tsTrack.js';

/** Layout of frames with a sync word. */
export interface FrameFormat {
  codec: 'aac' | 'mp3';
  /** First byte of the sync word, and the fixed bits of the second. */
  sync: { first: number; second: number; mask: number };
  /** Length of the frame whose header starts here; 0: there is none. Needs at most nine bytes. */
  lengthOf: (header: Buffer) => number;
  /** Returns null for an unusable frame. */
  open: (frame: Buffer) => SoundFrame | null;
}

export const adtsFormat = (): FrameFormat => ({
  codec: 'aac',
  sync: { first: 0xff, second: 0xf0, mask: 0xf6 },
  lengthOf: (header) => parseAdts(header)?.frameBytes ?? 0,
  open(frame) {
    const header = parseAdts(frame);
    if (!header) return null;
    return { data: frame.subarray(header.headerBytes), sampleRate: header.sampleRate, samples: 1024, config: buildAacConfig(header) };
  },
});

export const mp3Format = (): FrameFormat => ({
  codec: 'mp3',
  sync: { first: 0xff, second: 0xe0, mask: 0xe0 },
  lengthOf: (header) => parseMp3Header(header)?.frameBytes ?? 0,
  open(frame) {
    const header = parseMp3Header(frame);
    return header && { data: frame, sampleRate: header.sampleRate, samples: header.samplesPerFrame, config: null };
  },
});

/** AAC in LOAS, ISO/IEC 14496-3 1.7.2. */
export function latmFormat(): FrameFormat {
  const reader = new LatmReader();
  return {
    codec: 'aac',
    sync: { first: 0x56, second: 0xe0, mask: 0xe0 },
    lengthOf: (header) => (header.length >= 3 ? 3 + (header.readUInt16BE(1) & 0x1fff) : 0),
    open: (frame) => reader.read(frame.subarray(3)),
  };
}
