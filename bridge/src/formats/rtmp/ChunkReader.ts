import { FormatError } from '../FormatError.js';
import { RTMP, type RtmpMessage } from './messages.js';

interface ChunkStream {
  timestampMs: number;
  deltaMs: number;
  isExtended: boolean;
  bodyBytes: number;
  typeId: number;
  streamId: number;
  parts: Buffer[];
  received: number;
}

export interface ChunkLimits {
  /** A message that claims more is an attack or not RTMP. */
  maxMessageBytes: number;
  maxChunkStreams: number;
}

const MAX_CHUNK_BYTES = 16 * 1024 * 1024;
/** Header bytes after the basic header, by chunk type. */
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0];
const EXTENDED = 0xffffff;

/** Chunks back into messages, RTMP 1.0 5.3, however they are cut. Follows the peer's chunk size and aborts by itself and passes them on too. */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkBytes = 128;
  #pending: Buffer = Buffer.alloc(0);

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** Throws FormatError; the connection is of no use then. */
  push(data: Buffer): RtmpMessage[] {
    this.#pending = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data]);
    const messages: RtmpMessage[] = [];
    for (let used = this.#readChunk(messages); used > 0; used = this.#readChunk(messages)) this.#pending = this.#pending.subarray(used);
    return messages;
  }

  /** Bytes of the next chunk if it is all there, else 0. */
  #readChunk(messages: RtmpMessage[]): number {
    const bytes = this.#pending;
    const first = bytes[0];
    if (first === undefined) return 0;
    const short = first & 0x3f;
    const basicBytes = short === 0 ? 2 : short === 1 ? 3 : 1;
    const type = first >> 6;
    let at = basicBytes + (MESSAGE_HEADER_BYTES[type] ?? 0);
    if (bytes.length < at) return 0;
    const id = short === 0 ? 64 + bytes.readUInt8(1) : short === 1 ? 64 + bytes.readUInt16LE(1) : short;
    const known = this.#streams.get(id);
    if (type !== 0 && !known) throw new FormatError('RTMP chunk stream starts without a full header');
    const timeField = type === 3 ? 0 : bytes.readUIntBE(basicBytes, 3);
    const isExtended = type === 3 ? known?.isExtended === true : timeField === EXTENDED;
    if (isExtended && bytes.length < (at += 4)) return 0;
    const time = isExtended ? bytes.readUInt32BE(at - 4) : timeField;
    const header = this.#nextHeader(known, bytes.subarray(basicBytes), { type, time, isExtended });
    const partBytes = Math.min(this.#chunkBytes, header.bodyBytes - header.received);
    if (bytes.length < at + partBytes) return 0;
    this.#remember(id, header);
    header.parts.push(bytes.subarray(at, at + partBytes));
    header.received += partBytes;
    if (header.received === header.bodyBytes) messages.push(this.#finish(header));
    return at + partBytes;
  }

  /** The state of its chunk stream after this chunk's header; a copy, because the chunk may not be all there yet. */
  #nextHeader(known: ChunkStream | undefined, header: Buffer, chunk: { type: number; time: number; isExtended: boolean }): ChunkStream {
    const { type, time, isExtended } = chunk;
    const isContinued = known !== undefined && known.received > 0 && known.received < known.bodyBytes;
    if (isContinued && type === 3) return known;
    if (isContinued) throw new FormatError('RTMP message is interrupted by another of its own chunk stream');
    const bodyBytes = type <= 1 ? header.readUIntBE(3, 3) : (known?.bodyBytes ?? 0);
    if (bodyBytes > this.#limits.maxMessageBytes) throw new FormatError(`RTMP message of ${bodyBytes} bytes`);
    const deltaMs = type === 0 ? 0 : type === 3 ? (known?.deltaMs ?? 0) : time;
    return {
      timestampMs: type === 0 ? time : ((known?.timestampMs ?? 0) + deltaMs) >>> 0,
      deltaMs: type === 0 ? time : deltaMs,
      isExtended,
      bodyBytes,
      typeId: type <= 1 ? header.readUInt8(6) : (known?.typeId ?? 0),
      streamId: type === 0 ? header.readUInt32LE(7) : (known?.streamId ?? 0),
      parts: [],
      received: 0,
    };
  }

  #remember(id: number, stream: ChunkStream): void {
    this.#streams.set(id, stream);
    if (this.#streams.size > this.#limits.maxChunkStreams) throw new FormatError('RTMP peer uses too many chunk streams');
  }

  #finish(stream: ChunkStream): RtmpMessage {
    const { typeId, streamId, timestampMs, parts } = stream;
    const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    stream.parts = [];
    if (typeId === RTMP.setChunkSize) this.#setChunkBytes(body);
    if (typeId === RTMP.abort && body.length >= 4) this.#abort(body.readUInt32BE(0));
    return { typeId, streamId, timestampMs, body };
  }

  #setChunkBytes(body: Buffer): void {
    const bytes = body.length >= 4 ? body.readUInt32BE(0) & 0x7fffffff : 0;
    if (bytes < 1 || bytes > MAX_CHUNK_BYTES) throw new FormatError(`RTMP chunk size ${bytes}`);
    this.#chunkBytes = bytes;
  }

  /** The rest of a message will not come. */
  #abort(id: number): void {
    const stream = this.#streams.get(id);
    if (stream) Object.assign(stream, { parts: [], received: 0 });
  }
}
