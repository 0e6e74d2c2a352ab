/**
 * Everything that fluent-ffmpeg does here: it writes the command lines of jobs with one input and one output that run to their end. It does not run them,
 * because without free descriptors it throws where nobody can catch it. Live media goes through FfmpegProcess.
 */
import ffmpegJob, { type FfmpegCommand } from 'fluent-ffmpeg';
import type { Ffmpeg } from './findFfmpeg.js';
import { runToEnd } from './runToEnd.js';

/** Priority of work that nobody waits for: broadcasts come first. */
const NICENESS = 15;
const LIST_MS = 10_000;
/** A line of `ffmpeg -encoders`: six flags, then the name. */
const ENCODER = /^ [VAS][A-Z.]{5} (\S+)/gm;

/** FFmpeg's own names of the encoders in this build; empty if it does not run. */
export async function listEncoders(path: string): Promise<ReadonlySet<string>> {
  const { stdout } = await runToEnd(path, ['-hide_banner', '-encoders'], { timeoutMs: LIST_MS });
  return new Set([...stdout.toString('utf8').matchAll(ENCODER)].flatMap(([, name]) => name ?? []));
}

/** Copies all tracks from one file into another container without re-encoding. Rejects with FFmpeg's last error line. */
export async function remux({ path }: Ffmpeg, input: string, output: string, options: readonly string[]): Promise<void> {
  const job = ffmpegJob(input)
    .outputOptions(['-c', 'copy', '-map', '0', ...options])
    .output(output);
  const { code, lastLine, error } = await runToEnd(path, argumentsOf(job), { niceness: NICENESS });
  if (error) throw error;
  if (code !== 0) throw new Error(`FFmpeg could not remux: ${lastLine}`);
}

export interface ThumbnailOptions {
  maxWidthPx: number;
  timeoutMs: number;
  maxBytes: number;
}

/**
 * Decodes the first frame of some MPEG-TS into a JPEG. Rejects when there is no frame, when it takes longer than `timeoutMs`, and with the system's error when
 * FFmpeg cannot be started.
 */
export async function makeThumbnail(
  { path }: Ffmpeg,
  media: Buffer,
  { maxWidthPx, timeoutMs, maxBytes }: ThumbnailOptions,
): Promise<Buffer> {
  const job = ffmpegJob('pipe:0')
    .inputOptions(['-threads', '1'])
    .inputFormat('mpegts')
    .noAudio()
    .frames(1)
    .videoFilters(`scale='min(${maxWidthPx},iw)':-2:flags=area`)
    .outputOptions(['-q:v', '4'])
    .format('mjpeg')
    .output('pipe:1');
  const { code, stdout, lastLine, error } = await runToEnd(path, argumentsOf(job), { timeoutMs, input: media, maxStdoutBytes: maxBytes });
  if (error) throw error;
  if (code !== 0 || stdout.length === 0) throw new Error(`FFmpeg made no thumbnail: ${lastLine}`);
  return stdout;
}

/** Not among its types, but the only way to the command line without running it. */
const argumentsOf = (job: FfmpegCommand): string[] => (job as FfmpegCommand & { _getArguments(): string[] })._getArguments();
