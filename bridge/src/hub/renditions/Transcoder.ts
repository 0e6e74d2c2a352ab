import { backoffMs, delay, StallWatch, type Log } from '@lianmai/kit';
import { FfmpegProcess, type Ffmpeg } from '../../media/ffmpeg/index.js';
import { TsDemuxer, TsMuxer } from '../../media/formats/index.js';
import type { MediaTag } from '../stream/index.js';
import { transcodeArguments, type TranscodeJob } from './transcodeArguments.js';

interface TranscoderOptions {
  ffmpeg: Ffmpeg;
  name: string;
  kind: TranscodeJob['kind'];
  /**
   * Called at every start, because the source's bitrate may be known by then. `fromMs`: where its output takes over, on the transcoder's
   * own timeline.
   */
  job: (fromMs: number) => TranscodeJob;
  /** The current config and, for video, the last GOP: needed for a start mid-stream. */
  preroll: () => readonly MediaTag[];
  onTag: (tag: MediaTag) => void;
  log: Log;
}

const BACKOFF = { firstMs: 200, maxMs: 10_000 };
/** A run this long resets the restart backoff. */
const STEADY_MS = 5000;
/** A longer gap restarts the transcoder instead of being filled with silence or frozen video. */
const MAX_GAP_MS = 1000;
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/** Input without any output for this long means that FFmpeg hangs (see StallWatch). */
const STALL_MS = 5000;
/** Start of the transcoder's own timeline: Opus and AAC start slightly before their first sample, and negative times cannot be written. */
const LEAD_MS = 10_000;
const FLUSH_MS = 1000;
/** Time to read the rest of the pipe after FFmpeg has exited. */
const DRAIN_MS = 200;

const NEVER = new AbortController().signal;

interface TranscoderRun {
  process: FfmpegProcess<'input' | 'output'>;
  muxer: TsMuxer;
  /** Source time minus transcoder time. */
  baseMs: number;
  /** Output before this was only needed to decode later frames, ms on the source's timeline. */
  fromMs: number;
  needsKeyFrame: boolean;
  startedAtMs: number;
  stallWatch: StallWatch;
  /** Resolves when all output has been read. */
  drained: Promise<unknown>;
}

/** Transcodes one track with FFmpeg. Restarts when the codec config changes or time jumps, and with backoff when FFmpeg dies. */
export class Transcoder {
  readonly #options: TranscoderOptions;
  #run: TranscoderRun | null = null;
  #config: MediaTag | null = null;
  #lastInMs: number | null = null;
  #lastOutMs: number | null = null;
  #fedAtMs = 0;
  #failures = 0;
  #retryAtMs = 0;
  #isClosed = false;
  #isAbandoned = false;

  constructor(options: TranscoderOptions) {
    this.#options = options;
  }

  /** Whether FFmpeg still holds some of this track's media. */
  get isBusy(): boolean {
    return this.#run !== null && performance.now() - this.#fedAtMs < 500;
  }

  push(tag: MediaTag): void {
    if (this.#isClosed) return;
    if (tag.isConfig) this.#configure(tag);
    else if (this.#lastInMs === null || tag.dtsMs > this.#lastInMs || this.#lastInMs - tag.dtsMs > MAX_GAP_MS) this.#feed(tag);
  }

  /** Discards all further output, which would arrive too late and need another decoder. */
  abandon(reason: string): void {
    this.#isAbandoned = true;
    void this.finish(reason);
  }

  /** Resolves when all pushed media has come out, or after 1 s. */
  async finish(reason: string): Promise<void> {
    this.#isClosed = true;
    await this.#stop(reason);
  }

  #configure(tag: MediaTag): void {
    if (this.#config?.body.equals(tag.body)) return;
    this.#config = tag;
    void this.#stop('the source changed');
  }

  #feed(tag: MediaTag): void {
    const gapMs = this.#lastInMs === null ? 0 : tag.dtsMs - this.#lastInMs;
    if (Math.abs(gapMs) > MAX_GAP_MS) void this.#stop('time jumped');
    if (gapMs < -MAX_GAP_MS) this.#lastOutMs = null;
    const now = performance.now();
    if (!this.#run) {
      if (now < this.#retryAtMs) return;
      this.#start(tag);
    }
    this.#write(tag);
  }

  #start(tag: MediaTag): void {
    const own = this.#options.kind;
    const isMidway = own === 'video' && !tag.isKeyFrame;
    const preroll = this.#options
      .preroll()
      .filter(({ kind, isConfig, dtsMs }) => kind === own && (isConfig || (isMidway && dtsMs < tag.dtsMs)));
    const [first = tag] = preroll.filter(({ isConfig }) => !isConfig);
    if (own === 'video' && !first.isKeyFrame) return;
    this.#run = this.#spawn(first.dtsMs - LEAD_MS, tag.dtsMs);
    this.#config = preroll.find(({ isConfig }) => isConfig) ?? this.#config;
    for (const earlier of preroll) this.#write(earlier);
  }

  #spawn(baseMs: number, fromMs: number): TranscoderRun {
    const { ffmpeg, name, log, kind } = this.#options;
    const job = this.#options.job(fromMs - baseMs);
    const process = new FfmpegProcess({
      path: ffmpeg.path,
      name,
      log,
      graceMs: FLUSH_MS,
      pipes: { input: 'input', output: 'output' },
      commandLine: (at) => transcodeArguments(job, at),
    });
    const output = process.output('output');
    const drained = new Promise((resolve) => output.once('close', resolve));
    const run: TranscoderRun = {
      process,
      muxer: new TsMuxer(),
      baseMs,
      fromMs,
      needsKeyFrame: kind === 'video',
      startedAtMs: performance.now(),
      stallWatch: this.#watchForStalls(process),
      drained,
    };
    const demuxer = new TsDemuxer();
    const emit = (tags: readonly MediaTag[]) => {
      run.stallWatch.alive();
      for (const tag of tags) this.#emit(run, { ...tag, dtsMs: tag.dtsMs + run.baseMs });
    };
    output.on('data', (chunk: Buffer) => emit(demuxer.push(chunk)));
    output.once('end', () => emit(demuxer.flush()));
    void process.exited.then(({ code, signal, error }) => {
      run.stallWatch.close();
      this.#onExit(run, error?.message ?? `code ${code ?? signal}`);
    });
    return run;
  }

  /** An encoder holds back less than a frame, so after a pause no output is due for earlier input. */
  #watchForStalls(process: FfmpegProcess<'input' | 'output'>): StallWatch {
    const { log, name } = this.#options;
    return new StallWatch({
      task: process.pid === undefined ? null : { pid: process.pid },
      limitMs: STALL_MS,
      isDue: () => performance.now() - this.#fedAtMs < MAX_GAP_MS,
      onStalled: (stall) => {
        log.warn({ transcoder: name, ...stall }, 'the transcoder hangs; killing it');
        process.kill('SIGKILL');
      },
    });
  }

  /** Drops output from before a restart. Video resumes with a key frame of the new encoder. */
  #emit(run: TranscoderRun, tag: MediaTag): void {
    if (tag.kind !== this.#options.kind || this.#isAbandoned) return;
    if (!tag.isConfig) {
      const isOld = this.#lastOutMs !== null && tag.dtsMs <= this.#lastOutMs;
      const isPreroll = run.needsKeyFrame && tag.dtsMs < run.fromMs - 1;
      if (isOld || isPreroll || (run.needsKeyFrame && !tag.isKeyFrame)) return;
      run.needsKeyFrame = false;
      this.#lastOutMs = tag.dtsMs;
    }
    this.#options.onTag(tag);
  }

  #write(tag: MediaTag): void {
    const run = this.#run;
    if (!run) return;
    const bytes = run.muxer.push({ ...tag, dtsMs: Math.max(0, tag.dtsMs - run.baseMs) });
    if (!tag.isConfig) this.#lastInMs = tag.dtsMs;
    if (bytes.length === 0) return;
    const now = performance.now();
    this.#fedAtMs = now;
    const input = run.process.input('input');
    if (input.writableLength > MAX_UNREAD_BYTES) run.process.kill('SIGKILL');
    else input.write(bytes);
  }

  #onExit(run: TranscoderRun, how: string): void {
    if (this.#run !== run) return;
    this.#run = null;
    const now = performance.now();
    this.#failures = now - run.startedAtMs > STEADY_MS ? 0 : this.#failures + 1;
    const waitMs = this.#failures === 0 ? 0 : backoffMs(BACKOFF, this.#failures - 1);
    this.#retryAtMs = now + waitMs;
    this.#options.log.warn({ transcoder: this.#options.name, how, waitMs }, 'transcoder exited unexpectedly; restarting it');
  }

  async #stop(reason: string): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.process.close(reason);
    await Promise.race([run?.drained, delay(DRAIN_MS, NEVER)]);
  }
}
