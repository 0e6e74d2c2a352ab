import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { FfmpegProcess, type Ffmpeg } from '../../../media/ffmpeg/index.js';
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
  const jpeg = await decodeOne(media, ffmpeg, log);
  if (jpeg.length === 0) throw new LianmaiError('UNSUPPORTED', undefined, { message: 'No picture can be made of this codec.' });
  return jpeg;
}

async function decodeOne(media: Buffer, ffmpeg: Ffmpeg, log: Log): Promise<Buffer> {
  const scale = `scale='min(${MAX_WIDTH},iw)':-2:flags=area`;
  const process = new FfmpegProcess({
    path: ffmpeg.path,
    name: 'poster',
    pipes: { media: 'input', jpeg: 'output' },
    args: (at) => [
      ...['-hide_banner', '-nostats', '-nostdin', '-v', 'error', '-threads', '1', '-f', 'mpegts', '-i', at.media],
      ...['-an', '-frames:v', '1', '-vf', scale, '-q:v', '4', '-f', 'mjpeg', at.jpeg],
    ],
    log,
  });
  const timer = setTimeout(() => process.kill('SIGKILL'), TIMEOUT_MS);
  try {
    process.input('media').end(media);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of process.output('jpeg') as AsyncIterable<Buffer>) if ((bytes += chunk.length) <= MAX_BYTES) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
    await process.close('done');
  }
}
