import { spawn } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { resolveProfile, type Size } from '@lianmai/protocol';
import { ffmpeg } from '../support/ffmpeg.js';
import { cpuSeconds } from '../support/processes.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';

/** CPU cores that an FFmpeg uses while it works at the speed of life for `seconds`. */
async function coresOf(args: readonly string[], seconds: number): Promise<number> {
  const child = spawn(FFMPEG, ['-nostdin', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let cpu = 0;
  const pid = child.pid ?? 0;
  const sampling = setInterval(() => (cpu = Math.max(cpu, cpuSeconds(pid))), 50);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`ffmpeg ${args.join(' ')} exited with ${String(code)}`);
  return cpu / seconds;
}

/**
 * What no program can do without: x264 and AAC, with the program's own preset and rates, over the program's own picture and sound (as recorded from it).
 */
export async function encodeFloor(recording: string, seconds: number): Promise<number> {
  const profile = resolveProfile('720p');
  const raw = `/dev/shm/lianmai-floor-${process.pid}`;
  try {
    await ffmpeg(
      '-y',
      '-i',
      recording,
      '-t',
      String(seconds),
      '-map',
      '0:v',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'yuv420p',
      `${raw}.yuv`,
      '-map',
      '0:a',
      '-f',
      's16le',
      '-ar',
      '48000',
      '-ac',
      '2',
      '-t',
      String(seconds),
      `${raw}.pcm`,
    );
    const recordedS = statSync(`${raw}.yuv`).size / (1280 * 720 * 1.5) / 30;
    const rate = `${profile.videoBitrateKbps}k`;
    return await coresOf(
      [
        '-re', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '1280x720', '-r', '30', '-i', `${raw}.yuv`,
        '-f', 's16le', '-ar', '48000', '-ac', '2', '-i', `${raw}.pcm`,
        '-c:v', 'libx264', '-preset', profile.preset, '-tune', 'zerolatency', '-b:v', rate, '-maxrate', rate, '-bufsize', `${2 * profile.videoBitrateKbps}k`, '-g', '60',
        '-c:a', 'aac', '-aac_coder', 'fast', '-b:a', `${profile.audioBitrateKbps}k`, '-f', 'flv', '-y', '/dev/null',
      ],
      recordedS,
    ); // prettier-ignore
  } finally {
    rmSync(`${raw}.yuv`, { force: true });
    rmSync(`${raw}.pcm`, { force: true });
  }
}

/** Decoding one clip's picture and sound and bringing the picture to the size of its tile. */
export function decodeFloor(clip: string, tile: Size, seconds: number): Promise<number> {
  const scale = `scale=${tile.width}:${tile.height}:force_original_aspect_ratio=increase:flags=fast_bilinear`;
  return coresOf(
    ['-threads', '1', '-re', '-stream_loop', '-1', '-i', clip, '-t', String(seconds), '-vf', scale, '-f', 'null', '-'],
    seconds,
  );
}
