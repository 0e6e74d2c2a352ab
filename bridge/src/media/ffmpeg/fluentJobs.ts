/** Everything that fluent-ffmpeg does here: jobs with one input and one output that run to their end. Live media goes through FfmpegProcess. */
import { Readable, type PassThrough } from 'node:stream';
import ffmpegJob from 'fluent-ffmpeg';
import type { Ffmpeg } from './findFfmpeg.js';

/** Priority of work that nobody waits for: broadcasts come first. */
const NICENESS = 15;

/** FFmpeg's own names of the encoders in this build. */
export function listEncoders(path: string): Promise<ReadonlySet<string>> {
  return new Promise((resolve, reject) => {
    ffmpegJob()
      .setFfmpegPath(path)
      .availableEncoders((error: Error | null, encoders) => {
        if (error) reject(error);
        else resolve(new Set(Object.keys(encoders)));
      });
  });
}

/** Copies all tracks from one file into another container without re-encoding. Rejects with FFmpeg's last error line. */
export function remux({ path }: Ffmpeg, input: string, output: string, options: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    ffmpegJob(input, { niceness: NICENESS })
      .setFfmpegPath(path)
      .outputOptions(['-c', 'copy', '-map', '0', ...options])
      .on('end', () => resolve())
      .on('error', (error: Error) => reject(error))
      .save(output);
  });
}

export interface ThumbnailOptions {
  maxWidthPx: number;
  timeoutMs: number;
  maxBytes: number;
}

/** Decodes the first frame of some MPEG-TS into a JPEG. Rejects when there is no frame or when it takes longer than `timeoutMs`. */
export async function makeThumbnail(
  { path }: Ffmpeg,
  media: Buffer,
  { maxWidthPx, timeoutMs, maxBytes }: ThumbnailOptions,
): Promise<Buffer> {
  const job = ffmpegJob(Readable.from([media]), { timeout: timeoutMs / 1000 })
    .setFfmpegPath(path)
    .inputOptions(['-threads', '1'])
    .inputFormat('mpegts')
    .noAudio()
    .frames(1)
    .videoFilters(`scale='min(${maxWidthPx},iw)':-2:flags=area`)
    .outputOptions(['-q:v', '4'])
    .format('mjpeg');
  return new Promise((resolve, reject) => {
    job.on('error', (error: Error) => {
      // After a time-out fluent-ffmpeg sends SIGTERM, which a hung FFmpeg ignores.
      job.kill('SIGKILL');
      reject(error);
    });
    readAll(job.pipe() as PassThrough, maxBytes).then(resolve, reject);
  });
}

/** Throws when the stream ends without a byte or exceeds `maxBytes`. */
async function readAll(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`a thumbnail of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) throw new Error('no thumbnail came out');
  return Buffer.concat(chunks);
}
