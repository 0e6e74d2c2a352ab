import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';

export async function ffmpeg(...args: string[]): Promise<Buffer> {
  const { stdout } = await run(FFMPEG, ['-nostdin', '-hide_banner', '-v', 'error', ...args], { encoding: 'buffer', maxBuffer: 1 << 30 });
  return stdout;
}

export interface Packet {
  kind: 'video' | 'audio';
  ptsMs: number;
  dtsMs: number;
  isKey: boolean;
}

/** Every packet of a file or URL, as FFmpeg's demuxer sees it. */
export async function packets(input: string): Promise<Packet[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=codec_type,pts_time,dts_time,flags', '-of', 'csv=p=0', input],
    {
      maxBuffer: 1 << 28,
    },
  );
  return stdout.split('\n').flatMap((line) => {
    const [kind, pts, dts, flags] = line.split(',');
    if ((kind !== 'video' && kind !== 'audio') || pts === undefined || pts === 'N/A') return [];
    return [{ kind, ptsMs: Number(pts) * 1000, dtsMs: Number(dts) * 1000, isKey: flags?.startsWith('K') ?? false }];
  });
}

/** The largest step forward and the number of steps back between neighbouring timestamps of one kind. */
export function timeline(all: readonly Packet[], kind: Packet['kind']): { count: number; maxStepMs: number; backward: number } {
  const times = all.filter((packet) => packet.kind === kind).map((packet) => packet.dtsMs);
  let maxStepMs = 0;
  let backward = 0;
  times.forEach((time, index) => {
    const before = times[index - 1];
    if (before === undefined) return;
    maxStepMs = Math.max(maxStepMs, time - before);
    if (time <= before) backward++;
  });
  return { count: times.length, maxStepMs, backward };
}

/** Pictures that a program of 30 a second left out between its first and its last, dtsMs in order. */
export const leftOut = (timesMs: readonly number[]): number =>
  Math.round((((timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0)) * 30) / 1000) + 1 - timesMs.length;

export interface Picture {
  width: number;
  height: number;
  /** Packed RGB. */
  data: Buffer;
}

/** Frames of a file between two times, `fps` per second, scaled to `width` x `height`. */
export async function pictures(
  input: string,
  options: { fromS?: number; seconds?: number; fps: number; width: number; height: number },
): Promise<Picture[]> {
  const { fromS = 0, seconds, fps, width, height } = options;
  const raw = await ffmpeg(
    '-i',
    input,
    '-ss',
    String(fromS),
    ...(seconds ? ['-t', String(seconds)] : []),
    '-an',
    '-vf',
    `fps=${fps},scale=${width}:${height}:flags=area`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    'pipe:1',
  );
  const size = width * height * 3;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => ({
    width,
    height,
    data: raw.subarray(index * size, (index + 1) * size),
  }));
}

export type Rgb = readonly [number, number, number];

/** The mean colour of a rectangle, given in fractions (0..1) of the picture. */
export function meanColour(picture: Picture, x: number, y: number, width: number, height: number): Rgb {
  const sum = [0, 0, 0];
  let count = 0;
  for (let row = Math.floor(y * picture.height); row < Math.floor((y + height) * picture.height); row++) {
    for (let column = Math.floor(x * picture.width); column < Math.floor((x + width) * picture.width); column++) {
      const at = (row * picture.width + column) * 3;
      for (let channel = 0; channel < 3; channel++) sum[channel] = (sum[channel] ?? 0) + (picture.data[at + channel] ?? 0);
      count++;
    }
  }
  return [(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count];
}

/** Mono samples at 48 kHz. */
export async function samples(input: string): Promise<Float32Array> {
  const raw = await ffmpeg('-i', input, '-vn', '-ac', '1', '-ar', '48000', '-f', 'f32le', 'pipe:1');
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length - (raw.length % 4)));
}

/** The amplitude (0..1) of one frequency in a window, by the Goertzel algorithm. */
export function tone(audio: Float32Array, frequency: number, fromSample = 0, count = audio.length - fromSample): number {
  const omega = (2 * Math.PI * frequency) / 48_000;
  let before = 0;
  let beforeThat = 0;
  for (let index = fromSample; index < fromSample + count; index++) {
    const now = (audio[index] ?? 0) + 2 * Math.cos(omega) * before - beforeThat;
    beforeThat = before;
    before = now;
  }
  const power = before * before + beforeThat * beforeThat - 2 * Math.cos(omega) * before * beforeThat;
  return (2 * Math.sqrt(Math.max(0, power))) / count;
}

/** FFmpeg as an RTMP server: accepts one publisher and writes what arrives to `file`, unchanged. */
export class RtmpListener {
  readonly url: string;
  readonly file: string;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  #log = '';

  constructor(port: number, file: string, key = 'test') {
    this.url = `rtmp://127.0.0.1:${port}/live/${key}`;
    this.file = file;
    this.#child = spawn(
      FFMPEG,
      [
        '-nostdin',
        '-v',
        'info',
        '-listen',
        '1',
        '-timeout',
        '120',
        '-i',
        this.url,
        '-map',
        '0',
        '-c',
        'copy',
        '-copyts',
        '-flush_packets',
        '1',
        '-y',
        '-f',
        'flv',
        file,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get log(): string {
    return this.#log;
  }

  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.exited;
  }

  /** Ends the recording cleanly. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.exited;
  }
}
