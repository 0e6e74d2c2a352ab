import type { Packed, Packer } from '../../fanout/index.js';
import { flvFileHeader, flvTagParts, isMetadata } from '../../../media/formats/index.js';

/** How a player's connection frames the bytes. */
export type FlvFraming = 'bytes' | 'chunk' | 'frame';

/** "ffffffff\r\n" */
const CHUNK_HEADER_BYTES = 10;
const CRLF = Buffer.from('\r\n');
/** The last chunk (RFC 9112 7.1). */
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const BINARY_MESSAGE = 0x82;
const SETTLE_MS = 1000;

/** FLV tags in the framing that each kind of connection needs, copied once for all HTTP players. */
export class FlvBytes implements Packed {
  /** Plain FLV for HTTP/1.0. */
  readonly bytes: Buffer;
  /** One HTTP/1.1 chunk (RFC 9112 7.1). */
  readonly chunk: Buffer;
  #frame: Buffer | null = null;

  constructor(parts: readonly Buffer[]) {
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

  /** One WebSocket message (RFC 6455 5.2: binary, unfragmented, unmasked), created when the first player needs it. */
  get frame(): Buffer {
    return (this.#frame ??= Buffer.concat([frameHeader(this.bytes.length), this.bytes]));
  }
}

export const FLV_PACKER: Packer<FlvBytes> = {
  settleMs: SETTLE_MS,
  header: (kinds) => [flvFileHeader(kinds)],
  partsOf: (tag) => flvTagParts(tag, isMetadata(tag) ? 0 : tag.dtsMs),
  join: (parts) => new FlvBytes(parts),
};

function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([BINARY_MESSAGE, length]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header.writeUInt8(BINARY_MESSAGE, 0);
  header.writeUInt8(length < 65_536 ? 126 : 127, 1);
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
