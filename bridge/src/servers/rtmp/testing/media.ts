import { RTMP, type RtmpMessage } from '../../../media/protocols/rtmp/index.js';

/** Bodies that look like H.264 and AAC as far as the server looks. */
export const config = [0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f];
export const key = [0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65];
export const delta = [0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41];
export const sound = [0xaf, 1, 0x21];

/** Packs FLV tags into one aggregate message, with timestamps from any origin. */
export function aggregateOf(
  timestampMs: number,
  tags: readonly (readonly [typeId: number, atMs: number, body: readonly number[]])[],
): RtmpMessage {
  const parts = tags.map(([typeId, atMs, body]) => {
    const header = Buffer.alloc(11);
    header.writeUInt8(typeId, 0);
    header.writeUIntBE(body.length, 1, 3);
    header.writeUIntBE(atMs, 4, 3);
    const backPointer = Buffer.alloc(4);
    backPointer.writeUInt32BE(body.length + 11, 0);
    return Buffer.concat([header, Buffer.from(body), backPointer]);
  });
  return { typeId: RTMP.aggregate, streamId: 1, timestampMs, body: Buffer.concat(parts) };
}
