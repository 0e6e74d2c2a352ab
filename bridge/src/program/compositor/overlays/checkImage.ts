import { LianmaiError, type Size } from '@lianmai/protocol';

/** A little more than 8K. A larger image would use up the memory of the whole bridge (160 MB as RGBA at this size). */
export const MAX_PIXELS = 40_000_000;

/** Reads the size of a PNG, JPEG or WebP from its header before anything is decoded. Throws UNSUPPORTED for other data, TOO_LARGE above 40 megapixels. */
export function checkImage(bytes: Uint8Array): Size {
  const size = sizeOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!size || size.width === 0 || size.height === 0) {
    throw new LianmaiError('UNSUPPORTED', undefined, { message: 'Expected a PNG, JPEG or WebP image.' });
  }
  if (size.width * size.height > MAX_PIXELS) throw new LianmaiError('TOO_LARGE', { ...size, maxPixels: MAX_PIXELS });
  return size;
}

function sizeOf(data: Buffer): Size | null {
  if (data.length < 30) return null;
  if (data.readUInt32BE(0) === 0x89504e47 && data.readUInt32BE(4) === 0x0d0a1a0a)
    return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
  if (data.readUInt16BE(0) === 0xffd8) return jpegSize(data);
  if (data.toString('latin1', 0, 4) === 'RIFF' && data.toString('latin1', 8, 12) === 'WEBP') return webpSize(data);
  return null;
}

const isStartOfFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const hasNoLength = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Walks over the segments to the frame header (ITU-T T.81 B.2.2). */
function jpegSize(data: Buffer): Size | null {
  let at = 2;
  while (at + 9 < data.length) {
    if (data[at] !== 0xff) return null;
    const marker = data[at + 1]!;
    if (marker === 0xff) at += 1;
    else if (hasNoLength(marker)) at += 2;
    else if (isStartOfFrame(marker)) return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
    else at += 2 + Math.max(2, data.readUInt16BE(at + 2));
  }
  return null;
}

/** Lossy (VP8), lossless (VP8L) or extended (VP8X), RFC 9649. */
function webpSize(data: Buffer): Size | null {
  switch (data.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = data.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}
