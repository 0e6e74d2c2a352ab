import { AVC_NAL, avcNalType } from '../avc.js';
import { BitReader } from '../BitReader.js';
import { FormatError } from '../FormatError.js';
import { withoutEmulation } from '../nal.js';

const RECOVERY_POINT = 6;
/** SEI messages before a recovery point are short: timing, buffering. */
const MAX_SEI_BYTES = 1024;

/** An SEI with a recovery point: pictures are correct from here on (H.264 D.1.8). */
export function hasRecoveryPoint(nal: Buffer): boolean {
  if (avcNalType(nal) !== AVC_NAL.sei) return false;
  const sei = withoutEmulation(nal.subarray(1, MAX_SEI_BYTES));
  for (let at = 0; at + 2 <= sei.length;) {
    const type = readExtensible(sei, at);
    const size = readExtensible(sei, type.end);
    if (type.value === RECOVERY_POINT) return true;
    at = size.end + size.value;
  }
  return false;
}

/** Adds up bytes of 255 until a smaller one. */
function readExtensible(bytes: Buffer, start: number): { value: number; end: number } {
  let at = start;
  while (bytes[at] === 255) at++;
  return { value: 255 * (at - start) + (bytes[at] ?? 0), end: at + 1 };
}

/** True for a slice that needs no other picture, and for NAL units that are not slices. */
export function isIntraSlice(nal: Buffer): boolean {
  if (avcNalType(nal) !== AVC_NAL.slice) return avcNalType(nal) === AVC_NAL.idr || avcNalType(nal) > AVC_NAL.idr;
  try {
    const bits = new BitReader(withoutEmulation(nal.subarray(1, 24)));
    bits.unsigned(); // first macroblock
    const type = bits.unsigned() % 5;
    return type === 2 || type === 4;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
