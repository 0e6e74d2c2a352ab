import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@lianmai/kit';
import { FfmpegProcess } from '../../media/ffmpeg/index.js';
import { flvFileHeader, flvTagParts } from '../../media/formats/index.js';
import type { MediaTag } from '../../hub/stream/index.js';

/** A program's output, decoded: frames of 32x18 (luma, one byte per pixel) with their times, and 48 kHz mono samples from time 0. */
export interface DecodedProgram {
  pictures: { ptsMs: number; luma: Uint8Array }[];
  samples: Int16Array;
  complaints: string;
}

export const GRID = { width: 32, height: 18 };

/** Luma (video range) in the middle of a cell of the grid. */
export function lumaAt(luma: Uint8Array, x: number, y: number): number {
  return luma[Math.floor(y * GRID.height) * GRID.width + Math.floor(x * GRID.width)] ?? -1;
}

export async function decodeProgram(ffmpegPath: string, tags: readonly MediaTag[]): Promise<DecodedProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  const at = (name: string) => join(folder, name);
  try {
    await writeFile(
      at('in.flv'),
      Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...tags.flatMap((tag) => flvTagParts(tag, tag.dtsMs))]),
    );
    const scale = `scale=${GRID.width}:${GRID.height}:flags=area,format=yuv420p`;
    const picture = ['-map', '0:v', '-vf', scale, '-fps_mode', 'passthrough', '-f', 'rawvideo', at('v')];
    const sound = ['-map', '0:a', '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', '48000', '-f', 's16le', at('a')];
    const commandLine = () => ['-nostdin', '-v', 'error', '-copyts', '-i', at('in.flv'), ...picture, ...sound];
    let complaints = '';
    const onLine = (line: string) => (complaints += `${line}\n`) !== '';
    await new FfmpegProcess({ path: ffmpegPath, name: 'test', pipes: {}, commandLine, log: createLog('test', 'silent'), onLine }).exited;
    const [pictures, samples] = await Promise.all([readFile(at('v')), readFile(at('a'))]);
    const bytes = (GRID.width * GRID.height * 3) / 2;
    const video = tags.filter((tag) => tag.kind === 'video' && !tag.isConfig);
    return {
      pictures: video
        .slice(0, pictures.length / bytes)
        .map((tag, index) => ({ ptsMs: tag.dtsMs, luma: pictures.subarray(index * bytes, (index + 1) * bytes) })),
      samples: new Int16Array(samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.length)),
      complaints,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Distinct steps between tags of a kind, ms, sorted. */
export function stepsOf(tags: readonly MediaTag[], kind: 'video' | 'audio'): number[] {
  const times = tags.filter((tag) => tag.kind === kind && !tag.isConfig).map((tag) => tag.dtsMs);
  return [...new Set(times.slice(1).map((time, index) => time - times[index]!))].sort((a, b) => a - b);
}
