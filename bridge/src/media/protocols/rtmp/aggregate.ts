import { FormatError } from '../../formats/index.js';
import { RTMP, type RtmpMessage } from './rtmpMessages.js';

const HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
const MAX_PARTS = 4096;

/** Splits an aggregate (7.1.6) into its FLV tags; the first has the aggregate's own time. The last back pointer may be missing. */
export function splitAggregate({ timestampMs, streamId, body }: RtmpMessage): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  let offsetMs: number | null = null;
  for (let at = 0; at + HEADER_BYTES <= body.length;) {
    const typeId = body.readUInt8(at);
    const bytes = body.readUIntBE(at + 1, 3);
    const timeMs = ((body.readUInt8(at + 7) << 24) | body.readUIntBE(at + 4, 3)) >>> 0;
    const end = at + HEADER_BYTES + bytes;
    if (end > body.length) throw new FormatError('RTMP aggregate ends in the middle of a message');
    if (messages.length >= MAX_PARTS) throw new FormatError('RTMP aggregate has too many messages');
    offsetMs ??= timestampMs - timeMs;
    if (typeId !== RTMP.aggregate)
      messages.push({ typeId, streamId, timestampMs: (timeMs + offsetMs) >>> 0, body: body.subarray(end - bytes, end) });
    at = end + BACK_POINTER_BYTES;
  }
  return messages;
}
