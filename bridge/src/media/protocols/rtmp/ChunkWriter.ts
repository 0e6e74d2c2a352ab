import { FormatError } from '../../formats/index.js';
import type { RtmpMessage } from './rtmpMessages.js';

const MAX_TIMESTAMP = 0xffffff;
const MAX_MESSAGE_BYTES = 0xffffff;

/**
 * Writes messages as chunks (RTMP 1.0 5.3). Every message starts with a full header (type 0) and so with an absolute time: eight bytes more than a delta, but
 * nothing the two ends could disagree about. Bodies are not copied.
 */
export class ChunkWriter {
  #chunkBytes = 128;

  /** In force from the next message on; send setChunkSize to the peer first. */
  set chunkBytes(bytes: number) {
    this.#chunkBytes = bytes;
  }

  /** Appends the message's pieces to `out`, ready for one merged write. Returns their total length. */
  write(out: Buffer[], chunkStreamId: number, { typeId, streamId, timestampMs, body }: RtmpMessage): number {
    if (body.length > MAX_MESSAGE_BYTES) throw new FormatError(`RTMP message of ${body.length} bytes`);
    const time = timestampMs >>> 0;
    const isExtended = time >= MAX_TIMESTAMP;
    const header = Buffer.allocUnsafe(isExtended ? 16 : 12);
    header.writeUInt8(chunkStreamId, 0);
    header.writeUIntBE(isExtended ? MAX_TIMESTAMP : time, 1, 3);
    header.writeUIntBE(body.length, 4, 3);
    header.writeUInt8(typeId, 7);
    header.writeUInt32LE(streamId, 8);
    if (isExtended) header.writeUInt32BE(time, 12);
    out.push(header, body.subarray(0, this.#chunkBytes));
    return header.length + body.length + this.#writeRest(out, body, continuation(chunkStreamId, isExtended ? time : null));
  }

  /** The same few header bytes, shared, in front of every further chunk. */
  #writeRest(out: Buffer[], body: Buffer, header: Buffer): number {
    let bytes = 0;
    for (let at = this.#chunkBytes; at < body.length; at += this.#chunkBytes) {
      out.push(header, body.subarray(at, at + this.#chunkBytes));
      bytes += header.length;
    }
    return bytes;
  }
}

/** Type 3 header. It repeats an extended time, as every implementation expects (5.3.1.3). */
function continuation(chunkStreamId: number, extendedMs: number | null): Buffer {
  const header = Buffer.allocUnsafe(extendedMs === null ? 1 : 5);
  header.writeUInt8(0xc0 | chunkStreamId, 0);
  if (extendedMs !== null) header.writeUInt32BE(extendedMs, 1);
  return header;
}
