import { FormatError } from '../../formats/index.js';
import { RTMP, type RtmpMessage } from './rtmpMessages.js';

interface ChunkStream {
  timestampMs: number;
  /** Added to the time by a header without one. */
  deltaMs: number;
  /** The time field of the newest header if it was extended; further chunks of the message repeat it. */
  extendedMs: number | null;
  bodyBytes: number;
  typeId: number;
  streamId: number;
  /** Grows with the bytes that arrive, not with those announced; null between messages. */
  body: Buffer | null;
  received: number;
}

/** A chunk header as sent. */
interface Header {
  /** How complete the header is: 0 full, 1 no message stream, 2 only a delta, 3 nothing. */
  type: number;
  id: number;
  /** A view of the header fields after the basic header. */
  fields: Buffer;
  /** Time field, extended or not; null for type 3. */
  time: number | null;
  extendedMs: number | null;
}

export interface ChunkLimits {
  /** A message that claims more is an attack or not RTMP. */
  maxMessageBytes: number;
  maxChunkStreams: number;
}

const MAX_CHUNK_BYTES = 16 * 1024 * 1024;
/** Header bytes after the basic header, by chunk type. */
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;
const EXTENDED = 0xffffff;
/** An announced large message takes no more memory than this before its bytes arrive. */
const FIRST_BODY_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Turns chunks back into messages (RTMP 1.0 5.3), however they are split. It obeys the peer's chunk size and abort messages, and also passes them on. Every
 * body gets its own buffer, so keeping a message does not keep the socket's buffers.
 */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkBytes = 128;
  /** The beginning of an incomplete header. */
  #rest = NOTHING;
  /** The chunk whose payload is being read, and how much of it is missing. */
  #current: ChunkStream | null = null;
  #left = 0;
  /** Bytes of all unfinished bodies. */
  #heldBytes = 0;

  constructor(limits: ChunkLimits) {
    this.#limits = { ...limits };
  }

  set maxMessageBytes(bytes: number) {
    this.#limits.maxMessageBytes = bytes;
  }

  /** Throws FormatError; the connection is useless afterwards. */
  push(data: Buffer): RtmpMessage[] {
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    this.#rest = NOTHING;
    const messages: RtmpMessage[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (!this.#current) {
        const used = this.#startChunk(bytes.subarray(at));
        if (used === 0) {
          this.#rest = Buffer.from(bytes.subarray(at)); // a copy of a few bytes: a view would keep the whole read
          break;
        }
        at += used;
      }
      at += this.#takePayload(bytes, at, messages);
    }
    return messages;
  }

  /** Length of the header if it is complete, else 0. */
  #startChunk(bytes: Buffer): number {
    const first = bytes.readUInt8(0);
    const short = first & 0x3f;
    const basicBytes = short === 0 ? 2 : short === 1 ? 3 : 1;
    const type = first >> 6;
    let used = basicBytes + (MESSAGE_HEADER_BYTES[type] ?? 0);
    if (bytes.length < used) return 0;
    const id = short === 0 ? 64 + bytes.readUInt8(1) : short === 1 ? 64 + bytes.readUInt16LE(1) : short;
    const known = this.#streams.get(id);
    const isContinued = known !== undefined && known.body !== null;
    let time = type === 3 ? null : bytes.readUIntBE(basicBytes, 3);
    let extendedMs: number | null = null;
    if (type === 3 ? known && known.extendedMs !== null : time === EXTENDED) {
      if (bytes.length < used + 4) return 0;
      extendedMs = bytes.readUInt32BE(used);
      // Some encoders do not repeat it in further chunks of a message: there the payload continues.
      if (!isContinued || extendedMs === known.extendedMs) used += 4;
      if (type !== 3) time = extendedMs;
    }
    if (isContinued) this.#continue(known, type);
    else this.#startMessage(known, { type, id, fields: bytes.subarray(basicBytes), time, extendedMs });
    return used;
  }

  #continue(known: ChunkStream, type: number): void {
    if (type !== 3) throw new FormatError('RTMP message is interrupted by another of its own chunk stream');
    this.#expect(known);
  }

  #startMessage(known: ChunkStream | undefined, { type, id, fields, time, extendedMs }: Header): void {
    if (type > 1 && !known) throw new FormatError('RTMP chunk stream starts without a full header');
    const stream = known ?? this.#open(id);
    if (type <= 1) {
      stream.bodyBytes = fields.readUIntBE(3, 3);
      stream.typeId = fields.readUInt8(6);
    }
    if (stream.bodyBytes > this.#limits.maxMessageBytes) throw new FormatError(`RTMP message of ${stream.bodyBytes} bytes`);
    if (type === 0) stream.streamId = fields.readUInt32LE(7);
    // 5.3.1.2.4: after a full header, a header without a time adds that header's time.
    stream.deltaMs = time ?? extendedMs ?? stream.deltaMs;
    stream.timestampMs = type === 0 ? stream.deltaMs : (stream.timestampMs + stream.deltaMs) >>> 0;
    stream.extendedMs = extendedMs;
    stream.body = this.#allocate(Math.min(stream.bodyBytes, FIRST_BODY_BYTES));
    stream.received = 0;
    this.#expect(stream);
  }

  #open(id: number): ChunkStream {
    if (this.#streams.size >= this.#limits.maxChunkStreams) throw new FormatError('RTMP peer uses too many chunk streams');
    const stream = { timestampMs: 0, deltaMs: 0, extendedMs: null, bodyBytes: 0, typeId: 0, streamId: 0, body: null, received: 0 };
    this.#streams.set(id, stream);
    return stream;
  }

  #expect(stream: ChunkStream): void {
    this.#current = stream;
    this.#left = Math.min(this.#chunkBytes, stream.bodyBytes - stream.received);
  }

  /** Returns how many bytes of `bytes` from `at` on belonged to the chunk. */
  #takePayload(bytes: Buffer, at: number, messages: RtmpMessage[]): number {
    const stream = this.#current;
    if (!stream) return 0;
    const taken = Math.min(this.#left, bytes.length - at);
    this.#grow(stream, stream.received + taken);
    if (stream.body) bytes.copy(stream.body, stream.received, at, at + taken);
    stream.received += taken;
    this.#left -= taken;
    if (this.#left === 0) {
      this.#current = null;
      if (stream.received === stream.bodyBytes) messages.push(this.#finish(stream));
    }
    return taken;
  }

  #grow(stream: ChunkStream, bytes: number): void {
    const { body } = stream;
    if (!body || body.length >= bytes) return;
    const grown = this.#allocate(Math.min(stream.bodyBytes, Math.max(bytes, body.length * 4)));
    body.copy(grown, 0, 0, stream.received);
    stream.body = grown;
    this.#heldBytes -= body.length;
  }

  /** Many unfinished messages must not add up. */
  #allocate(bytes: number): Buffer {
    this.#heldBytes += bytes;
    if (this.#heldBytes > 2 * this.#limits.maxMessageBytes + this.#limits.maxChunkStreams * FIRST_BODY_BYTES)
      throw new FormatError('RTMP peer begins too many messages at a time');
    return Buffer.allocUnsafe(bytes);
  }

  #finish(stream: ChunkStream): RtmpMessage {
    const { typeId, streamId, timestampMs, body } = stream;
    this.#release(stream);
    const message = { typeId, streamId, timestampMs, body: body ?? NOTHING };
    if (typeId === RTMP.setChunkSize) this.#setChunkBytes(message.body);
    if (typeId === RTMP.abort && message.body.length >= 4) this.#abort(message.body.readUInt32BE(0));
    return message;
  }

  #release(stream: ChunkStream): void {
    this.#heldBytes -= stream.body?.length ?? 0;
    stream.body = null;
    stream.received = 0;
  }

  #setChunkBytes(body: Buffer): void {
    const bytes = body.length >= 4 ? body.readUInt32BE(0) & 0x7fffffff : 0;
    if (bytes < 1 || bytes > MAX_CHUNK_BYTES) throw new FormatError(`RTMP chunk size ${bytes}`);
    this.#chunkBytes = bytes;
  }

  /** The rest of a message will not arrive. */
  #abort(id: number): void {
    const stream = this.#streams.get(id);
    if (stream) this.#release(stream);
  }
}
