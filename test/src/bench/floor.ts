import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { AUDIO_RATE, canvasOf, FPS, type Profile, type Size } from '@lianmai/protocol';
import { ffmpeg } from '../support/ffmpeg.js';
import { CLIP_SECONDS } from './clips.js';
import { benchmarkSeconds, readingFiles, withoutShowinfo } from './floorCommand.js';
import { leastCost } from './runs.js';

const execute = promisify(execFile);
/** How often a clip is decoded in one go; one decode alone is too short for a clock of 1 ms. */
const LOOPS = 2;
/** Shorter than a frame, so FFmpeg starts, does one frame and ends. */
const ONE_FRAME = ['-t', '0.03'];

/** The command lines of a running program's children, with one decoder per clip. */
export interface ProgramCommands {
  encoder: readonly string[];
  decoders: readonly (readonly string[])[];
}

interface FloorOptions {
  commands: ProgramCommands;
  profile: Profile;
  /** The media that the participants sent. */
  clips: readonly string[];
  /** The program that was made of it. */
  recording: string;
}

interface Part {
  args: (limit: readonly string[]) => string[];
  mediaS: number;
  wholeS: number[];
  startS: number[];
}

/**
 * The work that no program can avoid: encoding its own picture and sound with x264 and AAC, and decoding each participant's picture and scaling it to its tile.
 * It is a lower bound, so each part does no more than the product's child:
 *
 * - It runs that child's own command line, hence the same presets, filters and thread counts, on files in memory instead of pipes, and discards the output.
 * - It runs flat out. Paced like a live program (`-re`), the same encode took 7 % more CPU (minimum of five each, on a busy machine): more wake-ups, colder caches.
 * - The CPU time of starting FFmpeg does not count: the program's children run before they are measured.
 * - Each part is the minimum of all its rounds. The caller spreads the rounds over the time in which it measures the program.
 */
export class ProgramFloor {
  readonly #encoder: Part;
  readonly #decoders: readonly Part[];
  readonly #files: readonly string[];
  readonly #program: string;

  private constructor(program: string, parts: { encoder: Part; decoders: readonly Part[] }, files: readonly string[]) {
    this.#program = program;
    this.#encoder = parts.encoder;
    this.#decoders = parts.decoders;
    this.#files = files;
  }

  static async create({ commands, profile, clips, recording }: FloorOptions): Promise<ProgramFloor> {
    const [program = 'ffmpeg'] = commands.encoder;
    const base = `/dev/shm/lianmai-floor-${process.pid}`;
    const picture = `${base}.yuv`;
    const sound = `${base}.pcm`;
    await ffmpeg('-y', '-i', recording, '-map', '0:v', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', picture);
    const size = canvasOf(profile);
    const pictureS = statSync(picture).size / bytesOf(size) / FPS;
    const timed = rawIvf(picture, size);
    rmSync(picture);
    const raw = ['-f', 's16le', '-ar', String(AUDIO_RATE), '-ac', '2'];
    await ffmpeg('-y', '-i', recording, '-map', '0:a', '-t', String(pictureS), ...raw, sound);
    const encoder = partOf(pictureS, (limit) => readingFiles(commands.encoder, [timed, sound], [...limit, '/dev/null']));
    const inputs = await Promise.all(clips.map((clip, index) => elementaryStream(clip, `${base}-${index}.ivf`)));
    const decoders = inputs.map((input, index) => {
      const command = withoutShowinfo(commands.decoders[index] ?? []);
      return partOf(LOOPS * CLIP_SECONDS, (limit) => readingFiles(command, [input], [...limit, '-f', 'null', '-']));
    });
    return new ProgramFloor(program, { encoder, decoders }, [timed, sound, ...inputs]);
  }

  /** Measures one round: the encoder, then the decoders, one after the other. */
  async measure(): Promise<void> {
    for (const part of [this.#encoder, ...this.#decoders]) {
      part.startS.push(await this.#cpuSeconds(part.args(ONE_FRAME)));
      part.wholeS.push(await this.#cpuSeconds(part.args([])));
    }
  }

  /** CPU seconds per second of media, over all rounds so far. */
  get cores(): { encoder: number; decoders: number; total: number } {
    const encoder = leastCost(this.#encoder);
    const decoders = this.#decoders.reduce((sum, part) => sum + leastCost(part), 0);
    return { encoder, decoders, total: encoder + decoders };
  }

  close(): void {
    for (const file of this.#files) rmSync(file, { force: true });
  }

  async #cpuSeconds(args: readonly string[]): Promise<number> {
    const { stderr } = await execute(this.#program, args, { maxBuffer: 1 << 24 });
    return benchmarkSeconds(stderr);
  }
}

const partOf = (mediaS: number, args: Part['args']): Part => ({ args, mediaS, wholeS: [], startS: [] });

/** Puts the clip's picture into the container in which the product feeds a decoder. */
async function elementaryStream(clip: string, file: string): Promise<string> {
  await ffmpeg('-y', '-stream_loop', String(LOOPS - 1), '-i', clip, '-map', '0:v', '-c', 'copy', file);
  return file;
}

const bytesOf = ({ width, height }: Size): number => width * height * 1.5;

/** Puts raw pictures into the container in which the product feeds its encoder: IVF, with the time of each frame. Returns the file. */
function rawIvf(picture: string, size: Size): string {
  const file = picture.replace(/yuv$/, 'raw.ivf');
  const [from, to] = [openSync(picture, 'r'), openSync(file, 'w')];
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(header.length, 6);
  header.write('I420', 8, 'latin1');
  header.writeUInt16LE(size.width, 12);
  header.writeUInt16LE(size.height, 14);
  header.writeUInt32LE(FPS, 16);
  header.writeUInt32LE(1, 20);
  writeSync(to, header);
  const frame = Buffer.alloc(12 + bytesOf(size));
  frame.writeUInt32LE(bytesOf(size), 0);
  for (let index = 0; readSync(from, frame, 12, bytesOf(size), null) === bytesOf(size); index++) {
    frame.writeBigUInt64LE(BigInt(index), 4);
    writeSync(to, frame);
  }
  closeSync(from);
  closeSync(to);
  return file;
}
