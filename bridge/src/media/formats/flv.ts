import { FormatError } from './FormatError.js';

/** FLV 10.1 annex E.4: what an encoder writes to its pipe, what RTMP messages carry, what HTTP-FLV players read. */
export interface FlvTag {
  kind: 'video' | 'audio' | 'data';
  /** Decoding time, ms. */
  dtsMs: number;
  /** Body of the tag (E.4.3): shared between readers, never written to. */
  body: Buffer;
  isKeyFrame: boolean;
  /** Sequence header: AVCDecoderConfigurationRecord, AudioSpecificConfig and their like. */
  isConfig: boolean;
}

const KIND_OF_TYPE = new Map<number, FlvTag['kind']>([
  [8, 'audio'],
  [9, 'video'],
  [18, 'data'],
]);
/** Tag type of FLV, which is also the message type of RTMP. */
export const FLV_TYPE: Record<FlvTag['kind'], number> = { audio: 8, video: 9, data: 18 };

const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
/** A raw 4K key frame stays far below; what claims more is not FLV. */
const MAX_BODY_BYTES = 16 * 1024 * 1024 - 1;

/** Sorts a tag by its first two bytes; knows the enhanced RTMP headers too. */
export function makeTag(kind: FlvTag['kind'], dtsMs: number, body: Buffer): FlvTag {
  return { kind, dtsMs, body, isKeyFrame: kind === 'video' && isVideoKeyFrame(body), isConfig: isSequenceHeader(kind, body) };
}

const isExtendedVideo = (first: number) => (first & 0x80) !== 0;
const AVC = 7;
/** HEVC under a legacy header, as many Chinese CDNs and cameras send it. */
const LEGACY_HEVC = 12;
const hasPacketType = (codec: number) => codec === AVC || codec === LEGACY_HEVC;
const AAC = 10;
const EXTENDED_AUDIO = 9;

function isSequenceHeader(kind: FlvTag['kind'], body: Buffer): boolean {
  const first = body[0];
  if (first === undefined || kind === 'data') return false;
  if (kind === 'audio') {
    const format = first >> 4;
    return format === AAC ? body[1] === 0 : format === EXTENDED_AUDIO && (first & 0x0f) === 0;
  }
  return isExtendedVideo(first) ? (first & 0x0f) === 0 : hasPacketType(first & 0x0f) && body[1] === 0;
}

function isVideoKeyFrame(body: Buffer): boolean {
  const first = body[0];
  if (first === undefined || ((first >> 4) & 0x07) !== 1) return false;
  if (isExtendedVideo(first)) return [1, 3].includes(first & 0x0f);
  return !hasPacketType(first & 0x0f) || body[1] === 1;
}

/** "End of sequence" ends a file, not a live stream: encoders write it when they exit, and another one may go on. */
export function isSequenceEnd(tag: FlvTag): boolean {
  const first = tag.body[0];
  if (first === undefined) return true;
  if (tag.kind === 'video') return isExtendedVideo(first) ? (first & 0x0f) === 2 : hasPacketType(first & 0x0f) && tag.body[1] === 2;
  return tag.kind === 'audio' && first >> 4 === EXTENDED_AUDIO && (first & 0x0f) === 2;
}

/** AMF0 string "onMetaData" at the start: other data (cue points, captions) is passed on, not kept. */
const ON_META_DATA = Buffer.from([2, 0, 10, ...Buffer.from('onMetaData')]);

/** What describes the stream as a whole. Players take it for a subtitle unless its time is 0. */
export const isMetadata = ({ kind, body }: Pick<FlvTag, 'kind' | 'body'>): boolean =>
  kind === 'data' && body.subarray(0, ON_META_DATA.length).equals(ON_META_DATA);

/** Incremental: takes chunks as they come from a pipe or socket. Bodies inside one chunk are views of it, others are joined once. */
export class FlvParser {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #hasHeader = false;

  /** The tags that are complete now. Throws FormatError on what is not FLV; the parser is of no use then. */
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

  /** The next `bytes` bytes as one view, or null while they are not all there. Joins only when a piece spans chunks. */
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

export function flvFileHeader({ hasVideo, hasAudio }: { hasVideo: boolean; hasAudio: boolean }): Buffer {
  const flags = (hasAudio ? 4 : 0) | (hasVideo ? 1 : 0);
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FILE_HEADER_BYTES, 0, 0, 0, 0]);
}

/** Header and back pointer around a body that is not copied: write the three in this order. */
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
