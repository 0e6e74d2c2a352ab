import type { Log } from '@lianmai/kit';
import { canvasOf, FPS, type Profile } from '@lianmai/protocol';
import { FfmpegProcess, type Ffmpeg, type ProcessExit } from '../../media/ffmpeg/index.js';
import { FlvParser, ivfFrameHeader, ivfHeader, isSequenceEnd, type FlvTag } from '../../media/formats/index.js';
import { encoderArguments } from './encoderArguments.js';
import type { EncodingStep } from './encodingSteps.js';
import { TagCounter, type StartPoint } from './encoderTimeline.js';

/** A tag and its place: `index` is the frame number for video, the first sample for audio, and -1 for configs and metadata. */
export interface PlacedTag {
  tag: FlvTag;
  index: number;
}

interface RunOptions {
  ffmpeg: Ffmpeg;
  profile: Profile;
  preset: EncodingStep['preset'];
  log: Log;
  onTags: (tags: PlacedTag[]) => void;
}

/** Time to write out the last frames once the inputs have ended, ms. */
const FLUSH_MS = 3000;
/** After the exit, the rest of the output is already in the pipe. */
const DRAIN_MS = 500;
const LAST_LINES = 5;
/** A process whose CPU time has not grown over this many looks has loaded. Where CPU times are unknown, it has after so many looks. */
const IDLE_LOOKS = 3;
const BLIND_LOOKS = 12;

/** One FFmpeg encoder process. It loads and waits until `begin` says where it starts. */
export class EncoderRun {
  /** Resolves when the process has gone and everything it wrote has been delivered. */
  readonly ended: Promise<ProcessExit>;
  readonly #process: FfmpegProcess<'video' | 'audio' | 'flv'>;
  readonly #options: RunOptions;
  readonly #lastLines: string[] = [];
  #counter: TagCounter | null = null;
  #audioFrom = 0;
  #hasEncoded = false;
  #loadSeconds = 0;
  #idleLooks = 0;
  #looks = 0;

  constructor(options: RunOptions) {
    const { ffmpeg, profile, preset, log } = options;
    this.#options = options;
    this.#process = new FfmpegProcess({
      path: ffmpeg.path,
      name: 'encoder',
      pipes: { video: 'input', audio: 'input', flv: 'output' },
      commandLine: (pipes) => encoderArguments(profile, pipes, preset),
      log,
      onLine: (line) => this.#remember(line),
      graceMs: FLUSH_MS,
    });
    this.ended = this.#watchEnd();
  }

  get preset(): RunOptions['preset'] {
    return this.#options.preset;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** True once a frame has been encoded. */
  get hasEncoded(): boolean {
    return this.#hasEncoded;
  }

  get lastLines(): string {
    return this.#lastLines.join(' | ');
  }

  cpuSeconds(): number {
    return this.#process.cpuSeconds();
  }

  rssBytes(): number {
    return this.#process.rssBytes();
  }

  /** Looks whether the process has loaded and waits for its first frame: then its CPU time stops growing. */
  hasLoaded(): boolean {
    const seconds = this.cpuSeconds();
    this.#idleLooks = seconds > 0 && seconds === this.#loadSeconds ? this.#idleLooks + 1 : 0;
    this.#loadSeconds = seconds;
    return this.#idleLooks >= IDLE_LOOKS || ++this.#looks >= BLIND_LOOKS;
  }

  /** Must be called before anything is written. */
  begin(start: StartPoint): void {
    this.#counter = new TagCounter(start);
    this.#audioFrom = start.audioFrom;
    this.#process.input('video').write(ivfHeader('I420', FPS, canvasOf(this.#options.profile)));
    this.#readTags(this.#counter);
  }

  /** The buffers stay in use until FFmpeg has read them. */
  writeFrame(frame: number, bytes: Buffer): void {
    this.#counter?.expect(frame);
    const input = this.#process.input('video');
    input.cork();
    input.write(ivfFrameHeader(bytes.length, frame - this.#audioFrom));
    input.write(bytes);
    input.uncork();
  }

  writeAudio(bytes: Buffer): void {
    this.#process.input('audio').write(bytes);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Ends the inputs and waits for the last frames. */
  async close(reason: string): Promise<void> {
    await Promise.all([this.#process.close(reason), this.ended]);
  }

  #readTags(counter: TagCounter): void {
    const { onTags } = this.#options;
    const parser = new FlvParser();
    this.#process.output('flv').on('data', (chunk: Buffer) => {
      try {
        const placed = parser.push(chunk).flatMap((tag) => this.#place(tag, counter));
        if (placed.length > 0) onTags(placed);
      } catch (error) {
        this.#remember(`unreadable output: ${String(error)}`);
        this.kill();
      }
    });
  }

  #place(tag: FlvTag, counter: TagCounter): PlacedTag[] {
    if (isSequenceEnd(tag)) return [];
    if (tag.isConfig || tag.kind === 'data') return [{ tag, index: -1 }];
    if (tag.kind === 'audio') return [{ tag, index: counter.nextSample() }];
    this.#hasEncoded = true;
    return [{ tag, index: counter.nextFrame() }];
  }

  async #watchEnd(): Promise<ProcessExit> {
    const output = this.#process.output('flv');
    const drained = new Promise<void>((resolve) => output.once('close', resolve));
    const exit = await this.#process.exited;
    const timer = setTimeout(() => output.destroy(), DRAIN_MS);
    await drained;
    clearTimeout(timer);
    return exit;
  }

  #remember(line: string): boolean {
    this.#lastLines.push(line.slice(0, 200));
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
    return false;
  }
}
