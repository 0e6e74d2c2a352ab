import type { Packed, Packer } from '../fanout/index.js';
import { FLV_TYPE, isMetadata, type FlvTag } from '../../media/formats/index.js';
import { ChunkWriter } from '../../media/protocols/rtmp/index.js';
import { STREAM_ID } from './rtmpCommands.js';
import { CHUNK_BYTES } from './RtmpServerConnection.js';

/** Different chunk streams for sound, data and pictures, as everybody expects. */
const CHUNK_STREAM: Record<FlvTag['kind'], number> = { audio: 4, data: 5, video: 6 };

const writer = new ChunkWriter();
writer.chunkBytes = CHUNK_BYTES;

/** Chunks that go to players as they are: all connections have one chunk size and one message stream. */
export const RTMP_PACKER: Packer<Packed> = {
  settleMs: 0,
  header: () => [],
  partsOf(tag) {
    const parts: Buffer[] = [];
    // FFmpeg takes metadata of any other time for a subtitle.
    const timestampMs = isMetadata(tag) ? 0 : Math.max(0, tag.dtsMs);
    writer.write(parts, CHUNK_STREAM[tag.kind], { typeId: FLV_TYPE[tag.kind], streamId: STREAM_ID, timestampMs, body: tag.body });
    return parts;
  },
  join: (parts) => ({ bytes: Buffer.concat(parts) }),
};
