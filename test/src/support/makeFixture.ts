import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ffmpeg } from './ffmpeg.js';

/** Kept between runs; the temporary folder is deleted after each. */
const FOLDER = fileURLToPath(new URL('../../../node_modules/.cache/lianmai-fixtures-3', import.meta.url));

/** Creates a media file with FFmpeg, once per machine; a run that is killed leaves no half-written file. */
export async function makeFixture(name: string, ...args: string[]): Promise<string> {
  const file = join(FOLDER, name);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const part = join(FOLDER, `${process.pid}-${name}`);
  await ffmpeg('-y', ...args, part);
  renameSync(part, file);
  return file;
}
