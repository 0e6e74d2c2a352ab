import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpeg } from '../support/ffmpeg.js';

const FOLDER = join(tmpdir(), 'lianmai-bench-clips');
export const CLIP_SECONDS = 10;

/** Ten seconds of one participant: VP8 640x360 at 30 fps and 0.9 Mb/s with motion and grain, Opus at 48 kb/s; a key frame every 2 s. */
export async function participantClip(index: number): Promise<string> {
  const file = join(FOLDER, `participant-${index}.webm`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const part = join(FOLDER, `part-${process.pid}-${index}.webm`);
  await ffmpeg(
    '-y',
    '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=30:duration=${CLIP_SECONDS},hue=h=${index * 40},noise=alls=6:allf=t`,
    '-f', 'lavfi', '-i', `sine=frequency=${300 + index * 80}:sample_rate=48000:duration=${CLIP_SECONDS}`,
    '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k', '-g', '60', '-auto-alt-ref', '0',
    '-c:a', 'libopus', '-b:a', '48k', '-ac', '2', part,
  ); // prettier-ignore
  renameSync(part, file);
  return file;
}

/** Ten seconds of a 720p publisher: VP8 at 30 fps and 2 Mb/s, a key frame every 2 s. */
export async function publisherClip(): Promise<string> {
  const file = join(FOLDER, 'publisher.webm');
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const part = join(FOLDER, `part-${process.pid}-publisher.webm`);
  const picture = `testsrc2=size=1280x720:rate=30:duration=${CLIP_SECONDS},noise=alls=4:allf=t`;
  const encode = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '2M', '-g', '60', '-auto-alt-ref', '0'];
  await ffmpeg('-y', '-f', 'lavfi', '-i', picture, ...encode, part);
  renameSync(part, file);
  return file;
}

/** Ten seconds of a broadcaster as sent over RTMP: H.264 1280x720 at 30 fps and 2.5 Mb/s, a key frame every 2 s, AAC at 128 kb/s; 2.65 Mb/s as FLV. */
export async function broadcastClip(): Promise<string> {
  const file = join(FOLDER, 'broadcast.flv');
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const part = join(FOLDER, `part-${process.pid}-broadcast.flv`);
  await ffmpeg(
    '-y',
    '-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=30:duration=${CLIP_SECONDS},noise=alls=12:allf=t`,
    '-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${CLIP_SECONDS}`,
    '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '60', '-bf', '0', '-sc_threshold', '0',
    '-b:v', '2500k', '-minrate', '2500k', '-maxrate', '2500k', '-bufsize', '1250k', '-nal-hrd', 'cbr',
    '-c:a', 'aac', '-b:a', '128k', '-ac', '2', part,
  ); // prettier-ignore
  renameSync(part, file);
  return file;
}
