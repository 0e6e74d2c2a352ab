export interface RtmpMessage {
  type: number;
  timeMs: number;
  body: Buffer;
}

/** A chunk stream: the header that the next chunk may leave out, and the message that it is in the middle of. */
interface ChunkStream {
  timeMs: number;
  deltaMs: number;
  bytes: number;
  type: number;
  isExtended: boolean;
  pieces: Buffer[];
  missing: number;
}

/** Header bytes of the four chunk types, after the basic header (RTMP 5.3.1.2). */
const HEADER_BYTES = [11, 7, 3, 0] as const;
const EXTENDED = 0xffffff;

/** Joins the chunks of one connection into messages. Takes only what encoders send: chunk stream ids below 64. */
export class RtmpChunks {
  chunkBytes = 128;
  readonly #streams = new Map<number, ChunkStream>();
  #pending: Buffer = Buffer.alloc(0);

  /** A message may change `chunkBytes`, which counts from the next chunk on. */
  *read(bytes: Buffer): Generator<RtmpMessage> {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (let chunk = this.#readChunk(); chunk; chunk = this.#readChunk()) {
      this.#pending = this.#pending.subarray(chunk.used);
      if (chunk.message) yield chunk.message;
    }
  }

  /** Returns null while the chunk is not whole. */
  #readChunk(): { used: number; message?: RtmpMessage } | null {
    const bytes = this.#pending;
    const first = bytes[0];
    if (first === undefined) return null;
    const id = first & 63;
    if (id < 2) throw new Error('a chunk stream id above 63');
    const stream = { ...(this.#streams.get(id) ?? FRESH) };
    const dataAt = readHeader(bytes, stream);
    if (dataAt === null) return null;
    const used = dataAt + Math.min(stream.missing, this.chunkBytes);
    if (bytes.length < used) return null;
    stream.pieces = [...stream.pieces, bytes.subarray(dataAt, used)];
    stream.missing -= used - dataAt;
    this.#streams.set(id, stream);
    return stream.missing > 0
      ? { used }
      : { used, message: { type: stream.type, timeMs: stream.timeMs, body: Buffer.concat(stream.pieces) } };
  }
}

/** Brings `stream` up to date, and returns where the chunk's data starts; null while its header is not whole. */
function readHeader(bytes: Buffer, stream: ChunkStream): number | null {
  const kind = ((bytes[0] ?? 0) >> 6) as 0 | 1 | 2 | 3;
  const headerEnd = 1 + HEADER_BYTES[kind];
  if (bytes.length < headerEnd) return null;
  if (kind < 3) stream.isExtended = bytes.readUIntBE(1, 3) === EXTENDED;
  const dataAt = headerEnd + (stream.isExtended ? 4 : 0);
  if (bytes.length < dataAt) return null;
  if (kind < 3) stream.deltaMs = stream.isExtended ? bytes.readUInt32BE(headerEnd) : bytes.readUIntBE(1, 3);
  if (kind < 2) [stream.bytes, stream.type] = [bytes.readUIntBE(4, 3), bytes.readUInt8(7)];
  if (stream.missing > 0) return dataAt;
  stream.timeMs = kind === 0 ? stream.deltaMs : stream.timeMs + stream.deltaMs;
  [stream.missing, stream.pieces] = [stream.bytes, []];
  return dataAt;
}

const FRESH: ChunkStream = { timeMs: 0, deltaMs: 0, bytes: 0, type: 0, isExtended: false, pieces: [], missing: 0 };
