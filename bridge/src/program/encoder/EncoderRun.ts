import type { Log } from '@lianmai/kit';
import type { Profile } from '@lianmai/protocol';
import { FfmpegProcess, type Ffmpeg, type ProcessExit } from '../../media/ffmpeg/index.js';
import { FlvParser, isSequenceEnd, type FlvTag } from '../../media/formats/index.js';
import { encoderArguments } from './encoderArguments.js';
import { TagCounter, type StartPoint } from './encoderTimeline.js';

/** A tag and its place: `index` is the frame number for video, the first sample for audio, and -1 for configs and metadata. */
export interface PlacedTag {
  tag: FlvTag;
  index: number;
}

interface RunOptions {
  ffmpeg: Ffmpeg;
  profile: Profile;
  start: StartPoint;
  log: Log;
  onTags: (tags: PlacedTag[]) => void;
}

/** Time to write out the last frames once the inputs have ended, ms. */
const FLUSH_MS = 3000;
/** After the exit, the rest of the output is already in the pipe. */
const DRAIN_MS = 500;
const LAST_LINES = 5;

/** One FFmpeg encoder process, from start to end. */
export class EncoderRun {
  /** Resolves when the process has gone and everything it wrote has been delivered. */
  readonly ended: Promise<ProcessExit>;
  readonly #process: FfmpegProcess<'video' | 'audio' | 'flv'>;
  readonly #lastLines: string[] = [];
  #hasEncoded = false;

  constructor({ ffmpeg, profile, start, log, onTags }: RunOptions) {
    this.#process = new FfmpegProcess({
      path: ffmpeg.path,
      name: 'encoder',
      pipes: { video: 'input', audio: 'input', flv: 'output' },
      commandLine: (pipes) => encoderArguments(profile, pipes, start.videoFrom - start.audioFrom),
      log,
      onLine: (line) => this.#remember(line),
      graceMs: FLUSH_MS,
    });
    this.#readTags(new TagCounter(start), onTags);
    this.ended = this.#watchEnd();
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

  #readTags(counter: TagCounter, onTags: RunOptions['onTags']): void {
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
