import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { makeThumbnail, type Ffmpeg } from '../../../media/ffmpeg/index.js';
import { TsMuxer } from '../../../media/formats/index.js';
import type { Stream } from '../../../hub/stream/index.js';

/** Wide enough for a lobby on a phone held upright, and 20-40 kB. */
const MAX_WIDTH = 640;
/** One picture takes a tenth of a second; a hundred times as long means that it never will. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 2 * 1024 * 1024;

/** The last key frame of a stream as JPEG. Throws NOT_FOUND while there is none, UNSUPPORTED for a codec that FFmpeg cannot be given. */
export async function takeSnapshot(stream: Stream, ffmpeg: Ffmpeg, log: Log): Promise<Buffer> {
  const { video } = stream.preamble;
  const picture = stream.gop.find((tag) => tag.isKeyFrame);
  if (!video || !picture) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has no picture at the moment.' });
  const muxer = new TsMuxer();
  const media = Buffer.concat([muxer.push(video), muxer.push(picture)]);
  try {
    return await makeThumbnail(ffmpeg, media, { maxWidthPx: MAX_WIDTH, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  } catch (error) {
    log.debug({ err: error }, 'no poster');
    throw new LianmaiError('UNSUPPORTED', undefined, { message: 'No picture can be made of this codec.' });
  }
}
