import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { makeThumbnail, type Ffmpeg } from '../../../media/ffmpeg/index.js';
import { TsMuxer } from '../../../media/formats/index.js';
import type { Stream } from '../../../hub/stream/index.js';

/** Wide enough for a lobby on a phone in portrait; 20-40 kB. */
const MAX_WIDTH = 640;
/** A frame takes about 0.1 s; after a hundred times that, FFmpeg hangs. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Returns the last key frame of a stream as JPEG. Throws NOT_FOUND without a key frame, UNSUPPORTED for a codec that MPEG-TS cannot
 * carry to FFmpeg, and OVERLOADED when FFmpeg cannot be started.
 */
export async function takeSnapshot(stream: Stream, ffmpeg: Ffmpeg, log: Log): Promise<Buffer> {
  const { video } = stream.preamble;
  const picture = stream.gop.find((tag) => tag.isKeyFrame);
  if (!video || !picture) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has no video at the moment.' });
  const muxer = new TsMuxer();
  const media = Buffer.concat([muxer.push(video), muxer.push(picture)]);
  try {
    return await makeThumbnail(ffmpeg, media, { maxWidthPx: MAX_WIDTH, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  } catch (error) {
    log.debug({ err: error }, 'no poster');
    const { code } = toLianmaiError(error);
    if (code !== 'INTERNAL') throw new LianmaiError(code, undefined, { cause: error });
    throw new LianmaiError('UNSUPPORTED', undefined, { message: 'No picture can be made of this codec.' });
  }
}
