import type { VideoCodec } from '@lianmai/protocol';

/** I420: raw frames, planar and tightly packed. */
type IvfCodec = VideoCodec | 'I420';

const FOURCC: Readonly<Record<IvfCodec, string>> = { VP8: 'VP80', VP9: 'VP90', H264: 'H264', I420: 'I420' };
const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

/** The header of an IVF stream with `rate` timestamps per second. Encoded frames carry their own size, so only raw ones need it. */
export function ivfHeader(codec: IvfCodec, rate: number, { width, height } = { width: 0, height: 0 }): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(FILE_HEADER_BYTES, 6);
  header.write(FOURCC[codec], 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(rate, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

/** The header of a frame of this size; the frame itself follows. */
export function ivfFrameHeader(byteLength: number, pts: number): Buffer {
  return writeFrameHeader(Buffer.allocUnsafe(FRAME_HEADER_BYTES), byteLength, pts);
}

/** A frame with its header in one buffer, for one write. */
export function ivfFrame({ chunks, byteLength }: { chunks: readonly Uint8Array[]; byteLength: number }, pts: number): Buffer {
  const bytes = writeFrameHeader(Buffer.allocUnsafe(FRAME_HEADER_BYTES + byteLength), byteLength, pts);
  let at = FRAME_HEADER_BYTES;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function writeFrameHeader(bytes: Buffer, byteLength: number, pts: number): Buffer {
  bytes.writeUInt32LE(byteLength, 0);
  bytes.writeBigUInt64LE(BigInt(pts), 4);
  return bytes;
}
