import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { blocksOf, TIMECODE } from './timecode.js';

const WIDTH = 1280;
const HEIGHT = 720;
const FPS = 30;
const SAMPLES_PER_PICTURE = 48_000 / FPS;
/** Different frames before they repeat: enough to keep the encoder working. */
const BACKDROPS = 12;

/** Encodes as OBS does for low latency: 2.5 Mb/s, a key frame every 2 s, no B-frames. */
const ENCODE = [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '60', '-sc_threshold', '0'],
  ...['-b:v', '2500k', '-maxrate', '2500k', '-bufsize', '2500k', '-c:a', 'aac', '-b:a', '128k'],
];
const INPUT = [
  ...['-probesize', '32', '-analyzeduration', '0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${WIDTH}x${HEIGHT}`],
  ...['-framerate', String(FPS), '-i', 'pipe:0', '-probesize', '32', '-analyzeduration', '0'],
  ...['-f', 's16le', '-ar', '48000', '-ac', '1', '-i', 'pipe:3', '-map', '0:v', '-map', '1:a'],
];

/** A camera that paints the time into its frames, and the encoder behind it. Frames and sound are made together, 30 times a second. */
export class Camera {
  readonly process: ChildProcess;
  /** When each frame was made, ms since the epoch. */
  readonly madeAtMs: number[] = [];
  /** How long each frame took to come out of the encoder, ms. */
  readonly encoderMs: number[] = [];
  /** Frames sent twice because the encoder was not ready for the one between; otherwise its clock would run slow. */
  repeated = 0;
  readonly #frames: Buffer[];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #log = '';
  #pending = Buffer.alloc(0);

  constructor(to: string) {
    this.#frames = backdrops();
    // A copy of what is sent comes out here, to measure the encoder's share in the same run.
    const both = ['-flags', '+global_header', '-flush_packets', '1', '-f', 'tee', `[f=flv]${to}|[f=flv]pipe:1`];
    const args = ['-nostdin', '-v', 'error', ...INPUT, ...ENCODE, ...both];
    this.process = spawn(process.env.FFMPEG_PATH ?? 'ffmpeg', args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    this.process.stderr?.on('data', (text: Buffer) => (this.#log += text.toString()));
    this.process.stdout?.on('data', (chunk: Buffer) => this.#clock(chunk));
    for (const pipe of this.process.stdio) pipe?.on('error', () => undefined);
    this.#timer = setInterval(() => this.#tick(), 4);
    this.process.once('exit', () => clearInterval(this.#timer));
  }

  get log(): string {
    return this.#log;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.process.kill('SIGKILL');
  }

  #clock(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (this.#pending.subarray(0, 3).toString() === 'FLV') this.#pending = this.#pending.subarray(13);
    while (this.#pending.length >= 15 && this.#pending.length >= 15 + this.#pending.readUIntBE(1, 3)) {
      // FLV E.4.3: AVC without parameter sets. One tag per frame, in order.
      if (this.#pending[0] === 9 && this.#pending[12] === 1) this.encoderMs.push(Date.now() - (this.madeAtMs[this.encoderMs.length] ?? 0));
      this.#pending = this.#pending.subarray(15 + this.#pending.readUIntBE(1, 3));
    }
  }

  /** Writes as many frames as the clock asks for, once the encoder has taken the earlier ones. */
  #tick(): void {
    const pictures = this.process.stdin;
    const sounds = this.process.stdio[3] as Writable | null;
    if (!pictures || !sounds || pictures.writableLength > 0) return;
    const due = Math.floor(((performance.now() - this.#startedAt) * FPS) / 1000) - this.madeAtMs.length;
    if (due < 1) return;
    this.repeated += due - 1;
    const nowMs = Date.now();
    const frame = Buffer.from(this.#frames[this.madeAtMs.length % BACKDROPS] ?? Buffer.alloc(0));
    paint(frame, nowMs);
    for (let written = 0; written < due; written++) {
      sounds.write(tone(this.madeAtMs.length));
      this.madeAtMs.push(nowMs);
      pictures.write(frame);
    }
  }
}

function paint(frame: Buffer, timeMs: number): void {
  for (const [block, isWhite] of blocksOf(timeMs).entries()) {
    const from = block * TIMECODE.blockPx;
    for (let row = 0; row < TIMECODE.blockPx; row++) {
      frame.fill(isWhite ? 235 : 16, row * WIDTH + from, row * WIDTH + from + TIMECODE.blockPx);
    }
  }
}

function tone(index: number): Buffer {
  const samples = Buffer.alloc(SAMPLES_PER_PICTURE * 2);
  for (let at = 0; at < SAMPLES_PER_PICTURE; at++) {
    samples.writeInt16LE(Math.round(8000 * Math.sin(((index * SAMPLES_PER_PICTURE + at) * 440 * 2 * Math.PI) / 48_000)), at * 2);
  }
  return samples;
}

/** Moving gradients with grain, I420. */
function backdrops(): Buffer[] {
  return Array.from({ length: BACKDROPS }, (_, index) => {
    const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128);
    let seed = index + 1;
    for (let at = 0; at < WIDTH * HEIGHT; at++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const x = at % WIDTH;
      const y = Math.floor(at / WIDTH);
      frame[at] = 40 + ((x + y + index * 12) % 144) + (seed >> 27);
    }
    return frame;
  });
}
