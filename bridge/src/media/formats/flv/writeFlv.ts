import { FLV_TYPE, type FlvTag } from './tag.js';

export const FILE_HEADER_BYTES = 9;
export const TAG_HEADER_BYTES = 11;
export const BACK_POINTER_BYTES = 4;

export function flvFileHeader({ hasVideo, hasAudio }: { hasVideo: boolean; hasAudio: boolean }): Buffer {
  const flags = (hasAudio ? 4 : 0) | (hasVideo ? 1 : 0);
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FILE_HEADER_BYTES, 0, 0, 0, 0]);
}

/** Returns a header and a back pointer around the body, which is not copied. Write the three in this order. */
export function flvTagParts(tag: Pick<FlvTag, 'kind' | 'body'>, timestampMs: number): [Buffer, Buffer, Buffer] {
  const header = Buffer.allocUnsafe(TAG_HEADER_BYTES);
  const time = timestampMs >>> 0;
  header.writeUInt8(FLV_TYPE[tag.kind], 0);
  header.writeUIntBE(tag.body.length, 1, 3);
  header.writeUIntBE(time & 0xffffff, 4, 3);
  header.writeUInt8(time >>> 24, 7);
  header.writeUIntBE(0, 8, 3);
  const backPointer = Buffer.allocUnsafe(BACK_POINTER_BYTES);
  backPointer.writeUInt32BE(TAG_HEADER_BYTES + tag.body.length, 0);
  return [header, tag.body, backPointer];
}
