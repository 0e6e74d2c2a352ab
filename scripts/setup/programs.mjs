// @ts-check
import { accessSync, constants } from 'node:fs';
import * as path from 'node:path';
import { ROOT } from './run.mjs';

/**
 * @param {string} name
 * @returns {string | null} where PATH has it
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

/** In the order in which the bridge looks: FFMPEG_PATH, PATH, the npm binary (x64 only). */
export function findFfmpeg() {
  if (process.env.FFMPEG_PATH) return findProgram(process.env.FFMPEG_PATH);
  return findProgram('ffmpeg') ?? findProgram(path.join(ROOT, 'node_modules/@ffmpeg-binary', `linux-${process.arch}`, 'ffmpeg'));
}

/** Debian packages that `npm start` needs and this machine lacks. */
export function missingToRun() {
  return findFfmpeg() ? [] : ['ffmpeg'];
}

/** Debian packages that the tests need on top: a browser, and FFmpeg's own probe and RTMP server as judges. */
export function missingToTest() {
  const chromium = process.env.CHROMIUM_PATH ?? ['chromium', 'chromium-browser', 'google-chrome'].find(findProgram) ?? '';
  return [
    ...(chromium && findProgram(chromium) ? [] : ['chromium']),
    ...(findProgram('ffprobe') && findProgram('ffmpeg') ? [] : ['ffmpeg']),
  ];
}
