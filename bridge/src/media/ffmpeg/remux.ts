import ffmpegJob from 'fluent-ffmpeg';
import type { Ffmpeg } from './findFfmpeg.js';

/** Priority of work that nobody waits for: broadcasts come first. */
const NICENESS = 15;

/** The same media in another arrangement, without touching a frame: what `options` say. Rejects with FFmpeg's last words. */
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
