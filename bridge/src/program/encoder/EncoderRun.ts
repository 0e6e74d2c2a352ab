import { readVitals, type Log } from '@lianmai/kit';
import { canvasOf, FPS, type Profile } from '@lianmai/protocol';
import { i420Bytes } from '../compositor/index.js';
import { FfmpegProcess, type Ffmpeg, type ProcessExit } from '../../media/ffmpeg/index.js';
import { FlvParser, ivfFrameHeader, ivfHeader, isSequenceEnd, type FlvTag } from '../../media/formats/index.js';
import { encoderArguments } from './encoderArguments.js';
import type { EncodingStep } from './encodingSteps.js';
import { TICK_BYTES } from './FrameStore.js';
import { LEAD_IN_FRAME, LEAD_IN_TICKS, TagCounter, type StartPoint } from './encoderTimeline.js';

/** A tag and its place: `index` is the frame number for video, the first sample for audio, and -1 for configs and metadata. */
export interface PlacedTag {
  tag: FlvTag;
  index: number;
}

export interface EncoderRunOptions {
  ffmpeg: Ffmpeg;
  profile: Profile;
  preset: EncodingStep['preset'];
  log: Log;
}

/** Time to write out the last frames once the inputs have ended, ms. */
const FLUSH_MS = 3000;
/** After the exit, the rest of the output is already in the pipe. */
const DRAIN_MS = 500;
const LAST_LINES = 5;

/** One FFmpeg encoder process. It may wait for as long as it likes until `begin` says where it starts. */
export class EncoderRun {
  /** Resolves when the process has gone and everything it wrote has been delivered. */
  readonly ended: Promise<ProcessExit>;
  readonly #process: FfmpegProcess<'video' | 'audio' | 'flv'>;
  readonly #options: EncoderRunOptions;
  readonly #lastLines: string[] = [];
  /** Tags of the lead-in that came before `begin`. */
  readonly #early: FlvTag[] = [];
  #counter: TagCounter | null = null;
  #onTags: (tags: PlacedTag[]) => void = () => undefined;
  /** The tick at which its own time begins. */
  #origin = 0;
  #isLedIn = false;
  #hasEncoded = false;

  constructor(options: EncoderRunOptions) {
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
    this.#readTags();
    this.ended = this.#watchEnd();
  }

  get preset(): EncoderRunOptions['preset'] {
    return this.#options.preset;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** True once a frame of the program has been encoded. */
  get hasEncoded(): boolean {
    return this.#hasEncoded;
  }

  /** True once the lead-in has come out: the next frame will as soon as it is encoded. */
  get isWarm(): boolean {
    return this.#early.some(({ kind, isConfig }) => kind === 'video' && !isConfig);
  }

  /** False once the process has ended or was stopped. */
  get canRun(): boolean {
    if (this.pid === undefined || this.#process.hasExited) return false;
    const state = readVitals({ pid: this.pid })?.state;
    return state !== 'stopped' && state !== 'gone';
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

  /** Has the process open its codecs, long before the first frame of the program or just before it. */
  leadIn(): void {
    if (this.#isLedIn) return;
    this.#isLedIn = true;
    const size = canvasOf(this.#options.profile);
    this.#process.input('video').write(ivfHeader('I420', FPS, size));
    this.#writeVideo(0, Buffer.alloc(i420Bytes(size)));
    this.writeAudio(Buffer.alloc(LEAD_IN_TICKS * TICK_BYTES));
  }

  /** From now on, what is written belongs to the program. */
  begin(start: StartPoint, onTags: (tags: PlacedTag[]) => void): void {
    this.leadIn();
    this.#counter = new TagCounter(start);
    this.#origin = start.audioFrom - LEAD_IN_TICKS;
    this.#onTags = onTags;
    this.#deliver(this.#early.splice(0));
  }

  /** The buffers stay in use until FFmpeg has read them. */
  writeFrame(frame: number, bytes: Buffer): void {
    this.#counter?.expect(frame);
    this.#writeVideo(frame - this.#origin, bytes);
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

  #writeVideo(time: number, bytes: Buffer): void {
    const input = this.#process.input('video');
    input.cork();
    input.write(ivfFrameHeader(bytes.length, time));
    input.write(bytes);
    input.uncork();
  }

  #readTags(): void {
    const parser = new FlvParser();
    this.#process.output('flv').on('data', (chunk: Buffer) => {
      try {
        this.#deliver(parser.push(chunk));
      } catch (error) {
        this.#remember(`unreadable output: ${String(error)}`);
        this.kill();
      }
    });
  }

  #deliver(tags: FlvTag[]): void {
    const counter = this.#counter;
    if (!counter) {
      this.#early.push(...tags);
      return;
    }
    const placed = tags.flatMap((tag) => this.#place(tag, counter));
    if (placed.length > 0) this.#onTags(placed);
  }

  #place(tag: FlvTag, counter: TagCounter): PlacedTag[] {
    if (isSequenceEnd(tag)) return [];
    if (tag.isConfig || tag.kind === 'data') return [{ tag, index: -1 }];
    if (tag.kind === 'audio') return [{ tag, index: counter.nextSample() }];
    const index = counter.nextFrame();
    this.#hasEncoded ||= index !== LEAD_IN_FRAME;
    return [{ tag, index }];
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
