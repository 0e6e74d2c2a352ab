import { FormatError } from '../FormatError.js';
import { makeTag, type FlvTag } from './tag.js';
import { BACK_POINTER_BYTES, FILE_HEADER_BYTES, TAG_HEADER_BYTES } from './writeFlv.js';

const KIND_OF_TYPE = new Map<number, FlvTag['kind']>([
  [8, 'audio'],
  [9, 'video'],
  [18, 'data'],
]);
/** A raw 4K key frame is far smaller; data that claims more is not FLV. */
const MAX_BODY_BYTES = 16 * 1024 * 1024 - 1;

/** Incremental: takes chunks as they come from a pipe or socket. Bodies within one chunk are views of it; others are joined once. */
export class FlvParser {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #hasHeader = false;

  /** Returns the tags completed by this chunk. Throws FormatError if the data is not FLV; the parser is useless afterwards. */
  push(chunk: Buffer): FlvTag[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    const tags: FlvTag[] = [];
    if (!this.#hasHeader && !this.#skipFileHeader()) return tags;
    for (;;) {
      const header = this.#peek(TAG_HEADER_BYTES);
      if (!header) return tags;
      const bodyBytes = header.readUIntBE(1, 3);
      if (bodyBytes > MAX_BODY_BYTES) throw new FormatError(`FLV tag of ${bodyBytes} bytes`);
      const whole = this.#peek(TAG_HEADER_BYTES + bodyBytes + BACK_POINTER_BYTES);
      if (!whole) return tags;
      this.#skip(whole.length);
      const tag = parseTag(whole, bodyBytes);
      if (tag) tags.push(tag);
    }
  }

  #skipFileHeader(): boolean {
    const header = this.#peek(FILE_HEADER_BYTES);
    if (!header) return false;
    if (header.toString('latin1', 0, 3) !== 'FLV') throw new FormatError('not FLV: the signature is missing');
    const headerBytes = header.readUInt32BE(5);
    if (headerBytes < FILE_HEADER_BYTES || headerBytes > 1024) throw new FormatError(`FLV header of ${headerBytes} bytes`);
    if (!this.#peek(headerBytes + BACK_POINTER_BYTES)) return false;
    this.#skip(headerBytes + BACK_POINTER_BYTES);
    return (this.#hasHeader = true);
  }

  /** Returns the next `bytes` bytes as one view, or null until they have all arrived. Joins only what spans chunks. */
  #peek(bytes: number): Buffer | null {
    if (this.#pendingBytes < bytes) return null;
    const first = this.#pending[0];
    if (first && first.length >= bytes) return first.subarray(0, bytes);
    const joined = Buffer.concat(this.#pending);
    this.#pending = [joined];
    return joined.subarray(0, bytes);
  }

  #skip(bytes: number): void {
    const first = this.#pending[0];
    if (!first || first.length < bytes) throw new FormatError('skip without peek');
    this.#pendingBytes -= bytes;
    if (first.length === bytes) this.#pending.shift();
    else this.#pending[0] = first.subarray(bytes);
  }
}

function parseTag(whole: Buffer, bodyBytes: number): FlvTag | null {
  const type = whole.readUInt8(0);
  const kind = KIND_OF_TYPE.get(type & 0x1f);
  if ((type & 0x20) !== 0) throw new FormatError('FLV tag is encrypted');
  if (!kind || bodyBytes === 0) return null;
  const dtsMs = ((whole.readUInt8(7) << 24) | whole.readUIntBE(4, 3)) >>> 0;
  return makeTag(kind, dtsMs, whole.subarray(TAG_HEADER_BYTES, TAG_HEADER_BYTES + bodyBytes));
}
