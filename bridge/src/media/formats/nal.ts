import { FormatError } from './FormatError.js';

/** A picture has a few slices. No real encoder cuts it finer than this. */
const MAX_NALS = 4096;

/** Splits a picture into views of its length-prefixed NAL units (as FLV and MP4 carry them). Throws FormatError if one is cut off. */
export function splitLengthPrefixed(data: Buffer, lengthBytes = 4): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    if (at + lengthBytes > data.length) throw new FormatError('NAL length is cut off');
    const bytes = data.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (at + bytes > data.length) throw new FormatError('NAL unit is cut off');
    if (nals.length >= MAX_NALS) throw new FormatError('too many NAL units in a picture');
    if (bytes > 0) nals.push(data.subarray(at, at + bytes));
    at += bytes;
  }
  return nals;
}

/** Splits NAL units at the start codes of ITU-T H.264 annex B; returns views without the zeros around them. */
export function splitAnnexB(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let code = data.indexOf(START_CODE, 0);
  while (code >= 0 && nals.length < MAX_NALS) {
    const next = data.indexOf(START_CODE, code + 3);
    let end = next < 0 ? data.length : next;
    while (end > code + 3 && data[end - 1] === 0) end--; // the fourth byte of the next start code, and trailing zeros
    if (end > code + 3) nals.push(data.subarray(code + 3, end));
    code = next;
  }
  return nals;
}

const START_CODE = Buffer.from([0, 0, 1]);
const LONG_START_CODE = Buffer.from([0, 0, 0, 1]);

/** Puts start codes in front instead of lengths. */
export function joinAnnexB(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [LONG_START_CODE, nal]));
}

/** Puts four-byte lengths in front instead of start codes. */
export function joinLengthPrefixed(nals: readonly Buffer[]): Buffer {
  const joined = Buffer.allocUnsafe(nals.reduce((sum, nal) => sum + 4 + nal.length, 0));
  let at = 0;
  for (const nal of nals) {
    joined.writeUInt32BE(nal.length, at);
    nal.copy(joined, at + 4);
    at += 4 + nal.length;
  }
  return joined;
}

/** Removes the 03 of every 00 00 03 (H.264 7.4.1). */
export function withoutEmulation(nal: Buffer): Buffer {
  const clean = Buffer.allocUnsafe(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    clean[length++] = byte;
  }
  return clean.subarray(0, length);
}
