import { flvTagParts, makeTag, type FlvTag } from '../../../media/formats/index.js';
import type { Packed, Packer } from '../fanoutContract.js';

/** Bodies that look like H.264 and AAC as far as our code looks. */
export const config = [0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f];
export const key = [0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65];
export const delta = [0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41];

export const frame = (atMs: number, body: readonly number[], bytes = 0): FlvTag =>
  makeTag('video', atMs, Buffer.concat([Buffer.from(body), Buffer.alloc(bytes)]));

export const sound = (atMs: number, ...body: number[]): FlvTag => makeTag('audio', atMs, Buffer.from([0xaf, ...body]));

/** The simplest possible packer. */
export const PACKER: Packer<Packed> = {
  settleMs: 0,
  header: () => [],
  partsOf: (tag) => flvTagParts(tag, tag.dtsMs),
  join: (parts) => ({ bytes: Buffer.concat(parts) }),
};
