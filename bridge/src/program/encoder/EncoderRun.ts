import { readVitals, type Log } from '@lianmai/kit';
import { canvasOf, type Profile } from '@lianmai/protocol';
import { i420Bytes } from '../compositor/index.js';
import { FfmpegProcess, type Ffmpeg, type ProcessExit } from '../../media/ffmpeg/index.js';
import { FlvParser, isSequenceEnd, type FlvTag } from '../../media/formats/index.js';
import { BYTES_PER_SAMPLE } from './FrameStore.js';
import { encoderArguments } from './encoderArguments.js';
import { LEAD_IN_FRAMES, LEAD_IN_SAMPLES, TagCounter, type StartPoint } from './encoderTimeline.js';

/** A tag and its place: `index` is the frame number for video, the first sample for audio, and -1 for configs and metadata. */
export interface PlacedTag {
  tag: FlvTag;
  index: number;
}

export interface EncoderRunOptions {
  ffmpeg: Ffmpeg;
  profile: Profile;
  log: Log;
}

/** Time to write out the last frames once the inputs have ended, ms. */
const FLUSH_MS = 3000;
/** After the exit, the rest of the output is already in the pipe. */
const DRAIN_MS = 500;
const LAST_LINES = 5;

/** One FFmpeg encoder process, from start to end. It may wait for its first frame as long as it likes. */
export class EncoderRun {
  /** Resolves when the process has gone and everything it wrote has been delivered. */
  readonly ended: Promise<ProcessExit>;
  readonly #profile: Profile;
  readonly #process: FfmpegProcess<'video' | 'audio' | 'flv'>;
  readonly #lastLines: string[] = [];
  /** Tags of the lead-in that came before `begin`. */
  readonly #early: FlvTag[] = [];
  #counter: TagCounter | null = null;
  #onTags: (tags: PlacedTag[]) => void = () => undefined;
  #firstFrame = Infinity;
  #isLedIn = false;
  #hasEncoded = false;

  constructor({ ffmpeg, profile, log }: EncoderRunOptions) {
    this.#profile = profile;
    this.#process = new FfmpegProcess({
      path: ffmpeg.path,
      name: 'encoder',
      pipes: { video: 'input', audio: 'input', flv: 'output' },
      commandLine: (pipes) => encoderArguments(profile, pipes),
      log,
      onLine: (line) => this.#remember(line),
      graceMs: FLUSH_MS,
    });
    this.#readTags();
    this.ended = this.#watchEnd();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** True once a frame of the program has been encoded. */
  get hasEncoded(): boolean {
    return this.#hasEncoded;
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
    this.writeAudio(Buffer.alloc(LEAD_IN_SAMPLES * BYTES_PER_SAMPLE));
    for (let frame = 0; frame < LEAD_IN_FRAMES; frame++) this.writeFrame(Buffer.alloc(i420Bytes(canvasOf(this.#profile))));
  }

  /** From now on, what is written belongs to the program. */
  begin(start: StartPoint, onTags: (tags: PlacedTag[]) => void): void {
    this.leadIn();
    this.#counter = new TagCounter(start);
    this.#firstFrame = start.videoFrom;
    this.#onTags = onTags;
    this.#deliver(this.#early.splice(0));
  }

  /** The buffers stay in use until FFmpeg has read them. */
  writeFrame(bytes: Buffer): void {
    this.#process.input('video').write(bytes);
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
    this.#hasEncoded ||= index >= this.#firstFrame;
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
