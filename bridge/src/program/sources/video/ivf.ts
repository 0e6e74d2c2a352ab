import type { VideoCodec } from '@lianmai/protocol';
import type { EncodedFrame } from '../../../media/rtp/index.js';

const FOURCC: Readonly<Record<VideoCodec, string>> = { VP8: 'VP80', VP9: 'VP90', H264: 'H264' };
const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

/** The header of an IVF stream with `rate` timestamps per second. Its frame size does not matter, because frames carry their own. */
export function ivfHeader(codec: VideoCodec, rate: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(FILE_HEADER_BYTES, 6);
  header.write(FOURCC[codec], 8, 'latin1');
  header.writeUInt32LE(rate, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

/** A frame with its header in one buffer, for one write. */
export function ivfFrame({ chunks, byteLength }: Pick<EncodedFrame, 'chunks' | 'byteLength'>, pts: number): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + byteLength);
  bytes.writeUInt32LE(byteLength, 0);
  bytes.writeBigUInt64LE(BigInt(pts), 4);
  let at = FRAME_HEADER_BYTES;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
