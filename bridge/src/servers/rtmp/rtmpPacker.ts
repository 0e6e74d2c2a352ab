import type { Packed, Packer } from '../fanout/index.js';
import { FLV_TYPE, isMetadata, type FlvTag } from '../../media/formats/index.js';
import { ChunkWriter } from '../../media/protocols/rtmp/index.js';
import { STREAM_ID } from './rtmpCommands.js';
import { CHUNK_BYTES } from './RtmpServerConnection.js';

/** Separate chunk streams for audio, data and video, as clients expect. */
const CHUNK_STREAM: Record<FlvTag['kind'], number> = { audio: 4, data: 5, video: 6 };

const writer = new ChunkWriter();
writer.chunkBytes = CHUNK_BYTES;

/** Packs chunks that all players share: every connection has the same chunk size and message stream. */
export const RTMP_PACKER: Packer<Packed> = {
  settleMs: 0,
  header: () => [],
  partsOf(tag) {
    const parts: Buffer[] = [];
    // FFmpeg treats metadata with any other timestamp as a subtitle.
    const timestampMs = isMetadata(tag) ? 0 : Math.max(0, tag.dtsMs);
    writer.write(parts, CHUNK_STREAM[tag.kind], { typeId: FLV_TYPE[tag.kind], streamId: STREAM_ID, timestampMs, body: tag.body });
    return parts;
  },
  join: (parts) => ({ bytes: Buffer.concat(parts) }),
};
