import type { FlvTag } from './flv.js';
import { FormatError } from './FormatError.js';

/** AVC and AAC as FLV wraps them (E.4.3.1, E.4.2.1). */
export interface AvcBody {
  /** Presentation time minus decoding time, ms; may be negative. */
  compositionMs: number;
  /** NAL units with lengths in front (or the configuration record), a view of the tag. */
  data: Buffer;
}

const AVC = 7;
const AAC = 10;

export const isAvc = (tag: FlvTag) => tag.kind === 'video' && ((tag.body[0] ?? 0) & 0x8f) === AVC;
export const isAac = (tag: FlvTag) => tag.kind === 'audio' && (tag.body[0] ?? 0) >> 4 === AAC;

export function readAvcBody(body: Buffer): AvcBody {
  if (body.length < 5) throw new FormatError('AVC tag is too short');
  return { compositionMs: body.readIntBE(2, 3), data: body.subarray(5) };
}

/** Raw AAC frame (or AudioSpecificConfig), a view of the tag. */
export function readAacBody(body: Buffer): Buffer {
  if (body.length < 2) throw new FormatError('AAC tag is too short');
  return body.subarray(2);
}
