// @ts-check
import { accessSync, constants } from 'node:fs';
import * as path from 'node:path';
import { ROOT } from './run.mjs';

/**
 * @param {string} name
 * @returns {string | null} its path, found through PATH
 */
export function findProgram(name) {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks in the same order as the bridge: FFMPEG_PATH, PATH, the npm binary (x64 only). */
export function findFfmpeg() {
  if (process.env.FFMPEG_PATH) return findProgram(process.env.FFMPEG_PATH);
  return findProgram('ffmpeg') ?? findProgram(path.join(ROOT, 'node_modules/@ffmpeg-binary', `linux-${process.arch}`, 'ffmpeg'));
}

/** Debian packages that `npm start` needs and this machine lacks. */
export function missingToRun() {
  return findFfmpeg() ? [] : ['ffmpeg'];
}

/** Further Debian packages that the tests need: a browser, and FFmpeg's ffprobe and RTMP server. */
export function missingToTest() {
  const chromium = process.env.CHROMIUM_PATH ?? ['chromium', 'chromium-browser', 'google-chrome'].find(findProgram) ?? '';
  return [
    ...(chromium && findProgram(chromium) ? [] : ['chromium']),
    ...(findProgram('ffprobe') && findProgram('ffmpeg') ? [] : ['ffmpeg']),
  ];
}
