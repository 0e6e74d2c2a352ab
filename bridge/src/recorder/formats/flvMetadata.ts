import { encodeAmf } from '../../media/formats/index.js';
import type { DiskFile } from '../DiskFile.js';

export const FILE_HEADER_BYTES = 13;
export const TAG_HEADER_BYTES = 11;
/** AMF0: a type byte, then the double. */
const NUMBER_BYTES = 9;

interface FlvMetadata {
  body: Buffer;
  durationAt: number;
  filesizeAt: number;
}

/** Builds onMetaData with the two numbers that are only known at the end, and says where they stand in the body. */
export function buildFlvMetadata(): FlvMetadata {
  const body = Buffer.concat([encodeAmf('onMetaData'), encodeAmf({ duration: 0, filesize: 0, encoder: 'Lianmai' })]);
  const after = (name: string) => body.indexOf(name) + name.length + NUMBER_BYTES - 8;
  return { body, durationAt: after('duration'), filesizeAt: after('filesize') };
}

export async function patchFlvMetadata(file: Pick<DiskFile, 'patch' | 'bytes'>, at: FlvMetadata, durationMs: number): Promise<void> {
  const numbers = Buffer.alloc(16);
  numbers.writeDoubleBE(durationMs / 1000, 0);
  numbers.writeDoubleBE(file.bytes, 8);
  const from = FILE_HEADER_BYTES + TAG_HEADER_BYTES;
  await file.patch(numbers.subarray(0, 8), from + at.durationAt);
  await file.patch(numbers.subarray(8), from + at.filesizeAt);
}
