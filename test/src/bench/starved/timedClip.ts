import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpeg } from '../../support/ffmpeg.js';
import { CLIP_SECONDS } from '../clips.js';

const FOLDER = join(tmpdir(), 'lianmai-bench-clips');
const FPS = 30;
export const CLIP_FRAMES = CLIP_SECONDS * FPS;
const SIZE = { width: 640, height: 360 };
/** Two rows of blocks: the number of the frame in binary, and its complement below. */
export const BITS = 9;
const BLOCK = { x: 32, y: 120, width: 64, height: 60 };

/** The rows of blocks, in fractions of the picture. */
export const BLOCKS = {
  x: BLOCK.x / SIZE.width,
  y: BLOCK.y / SIZE.height,
  width: (BITS * BLOCK.width) / SIZE.width,
  height: (2 * BLOCK.height) / SIZE.height,
};

/** The tone of a participant. */
export const toneHz = (index: number): number => 300 + index * 80;

/** Ten seconds of one participant whose picture shows the number of each frame: VP8 640x360 at 30 fps and 0.9 Mb/s with grain, Opus at 48 kb/s. */
export async function timedClip(index: number): Promise<string> {
  const file = join(FOLDER, `timed-${index}.webm`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const part = join(FOLDER, `part-${process.pid}-timed-${index}.webm`);
  const { width, height } = SIZE;
  const picture = `testsrc2=size=${width}x${height}:rate=${FPS}:duration=${CLIP_SECONDS},hue=h=${index * 40},noise=alls=6:allf=t`;
  const numbers = Array.from({ length: BITS }, (_, bit) => [block(bit, 0), block(bit, 1)].join(','));
  await ffmpeg(
    '-y',
    '-f', 'lavfi', '-i', [picture, ...numbers].join(','),
    '-f', 'lavfi', '-i', `sine=frequency=${toneHz(index)}:sample_rate=48000:duration=${CLIP_SECONDS}`,
    '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k', '-g', '60', '-auto-alt-ref', '0',
    '-c:a', 'libopus', '-b:a', '48k', '-ac', '2', part,
  ); // prettier-ignore
  renameSync(part, file);
  return file;
}

/** A block that is white in the frames whose number has this bit (row 0), or has it not (row 1), and black in the others. */
function block(bit: number, row: 0 | 1): string {
  const place = `x=${BLOCK.x + bit * BLOCK.width}:y=${BLOCK.y + row * BLOCK.height}:w=${BLOCK.width}:h=${BLOCK.height}:t=fill`;
  const isSet = `mod(floor(n/${2 ** bit})\\,2)`;
  return `drawbox=${place}:color=black,drawbox=${place}:color=white:enable='eq(${isSet}\\,${1 - row})'`;
}

/** The frame number in the blocks' brightness, first row first; null if they are none. */
export function readNumber(luma: Uint8Array): number | null {
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const [above = 0, below = 0] = [luma[bit], luma[BITS + bit]];
    if (Math.abs(above - below) < 80) return null;
    if (above > below) number += 2 ** bit;
  }
  return number < CLIP_FRAMES ? number : null;
}
