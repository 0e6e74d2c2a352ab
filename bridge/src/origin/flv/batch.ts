import { flvTagParts, type FlvTag } from '../../formats/index.js';

/** Bytes that go to players as they are: made once, the same buffers for all of them. */
export interface Batch {
  /** For HTTP. */
  bytes: Buffer;
  /** The same bytes as one WebSocket message (RFC 6455 5.2: binary, whole, not masked). */
  frame: Buffer;
  /** Decoding time of its last tag, ms. */
  dtsMs: number;
  tagCount: number;
  /** The group of pictures that it belongs to. */
  groupId: number;
}

/** The longest frame header of a server: two bytes and a 64-bit length. */
const FRAME_HEADER_BYTES = 10;
const BINARY_MESSAGE = 0x82;

/** The only copy that media goes through on its way to any number of players. Absolute times make it the same for all. */
export const joinTags = (tags: readonly FlvTag[], groupId: number): Batch =>
  joinParts(
    tags.flatMap((tag) => flvTagParts(tag, tag.dtsMs)),
    { dtsMs: tags.at(-1)?.dtsMs ?? 0, tagCount: tags.length, groupId },
  );

/** One of several that follow each other. */
export const joinBatches = (batches: readonly Batch[]): Batch =>
  joinParts(
    batches.map(({ bytes }) => bytes),
    {
      dtsMs: batches.at(-1)?.dtsMs ?? 0,
      tagCount: batches.reduce((sum, { tagCount }) => sum + tagCount, 0),
      groupId: batches.at(-1)?.groupId ?? 0,
    },
  );

/** Room for the frame's header is left in front, so that both shapes are views of one buffer. */
export function joinParts(parts: readonly Buffer[], about: Omit<Batch, 'bytes' | 'frame'>): Batch {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + length);
  let at = FRAME_HEADER_BYTES;
  for (const part of parts) at += part.copy(whole, at);
  const frameAt = writeFrameHeader(whole, length);
  return { bytes: whole.subarray(FRAME_HEADER_BYTES), frame: whole.subarray(frameAt), ...about };
}

/** Ends where the payload begins; answers where it starts. */
function writeFrameHeader(whole: Buffer, length: number): number {
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const at = FRAME_HEADER_BYTES - headerBytes;
  whole.writeUInt8(BINARY_MESSAGE, at);
  if (headerBytes === 2) whole.writeUInt8(length, at + 1);
  else if (headerBytes === 4) {
    whole.writeUInt8(126, at + 1);
    whole.writeUInt16BE(length, at + 2);
  } else {
    whole.writeUInt8(127, at + 1);
    whole.writeBigUInt64BE(BigInt(length), at + 2);
  }
  return at;
}
