import { flvTagParts, isMetadata, type FlvTag } from '../../formats/index.js';

/** How a player's connection wants the bytes. */
export type Shape = 'bytes' | 'chunk' | 'frame';

export interface BatchInfo {
  /** Decoding time of its last tag, ms. */
  dtsMs: number;
  tagCount: number;
  /** The group of pictures that it belongs to. */
  groupId: number;
}

/** "ffffffff\r\n" */
const CHUNK_HEADER_BYTES = 10;
const CRLF = Buffer.from('\r\n');
/** RFC 9112 7.1: nothing follows. */
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const BINARY_MESSAGE = 0x82;

/** Some tags as FLV: made once, and the same buffers go to all players. */
export class Batch implements BatchInfo {
  readonly dtsMs: number;
  readonly tagCount: number;
  readonly groupId: number;
  /** FLV as it is, for HTTP/1.0. */
  readonly bytes: Buffer;
  /** One chunk of HTTP/1.1 (RFC 9112 7.1). */
  readonly chunk: Buffer;
  #frame: Buffer | null = null;

  /** The only copy of media on its way to any number of HTTP players. */
  constructor(parts: readonly Buffer[], { dtsMs, tagCount, groupId }: BatchInfo) {
    this.dtsMs = dtsMs;
    this.tagCount = tagCount;
    this.groupId = groupId;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const whole = Buffer.allocUnsafeSlow(CHUNK_HEADER_BYTES + length + CRLF.length);
    const header = Buffer.from(`${length.toString(16)}\r\n`);
    header.copy(whole, CHUNK_HEADER_BYTES - header.length);
    let at = CHUNK_HEADER_BYTES;
    for (const part of parts) at += part.copy(whole, at);
    CRLF.copy(whole, at);
    this.bytes = whole.subarray(CHUNK_HEADER_BYTES, at);
    this.chunk = whole.subarray(CHUNK_HEADER_BYTES - header.length);
  }

  static ofTags(tags: readonly FlvTag[], groupId: number): Batch {
    const about = { dtsMs: tags.at(-1)?.dtsMs ?? 0, tagCount: tags.length, groupId };
    // Absolute times: what makes the bytes the same for all.
    return new Batch(
      tags.flatMap((tag) => flvTagParts(tag, isMetadata(tag) ? 0 : tag.dtsMs)),
      about,
    );
  }

  /** Of several that follow each other. */
  static join(batches: readonly Batch[]): Batch {
    const last = batches.at(-1);
    const tagCount = batches.reduce((sum, batch) => sum + batch.tagCount, 0);
    return new Batch(
      batches.map(({ bytes }) => bytes),
      { dtsMs: last?.dtsMs ?? 0, tagCount, groupId: last?.groupId ?? 0 },
    );
  }

  /** One WebSocket message (RFC 6455 5.2: binary, whole, not masked); made when the first player wants it. */
  get frame(): Buffer {
    return (this.#frame ??= Buffer.concat([frameHeader(this.bytes.length), this.bytes]));
  }
}

function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([BINARY_MESSAGE, length]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header.writeUInt8(BINARY_MESSAGE, 0);
  header.writeUInt8(length < 65_536 ? 126 : 127, 1);
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
