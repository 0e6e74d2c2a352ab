import { backoffMs, delay, redact, Scope, type Closable, type Log } from '@lianmai/kit';
import { AUDIO_RATE, canvasOf, LianmaiError, toLianmaiError, type Profile } from '@lianmai/protocol';
import type { Canvas } from '../compositor/index.js';
import type { Ffmpeg, ProcessExit } from '../../media/ffmpeg/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import { EncoderRun, type PlacedTag } from './EncoderRun.js';
import { FrameStore, type AudioTick } from './FrameStore.js';
import { ptsOfFrame, ptsOfSample, startPointAfter, type Progress } from './encoderTimeline.js';

export interface EncoderOptions {
  ffmpeg: Ffmpeg;
  profile: Profile;
  /** First frame on the program's timeline: 0, or where an earlier thread of this program stopped. */
  firstFrame: number;
  log: Log;
  /** Encoded media on the program's timeline, without a gap or a step back, whatever happens to the process. */
  onTags: (tags: MediaTag[]) => void;
  /** The encoder cannot be made to work. */
  onFailed: (error: LianmaiError) => void;
}

const WATCH_MS = 250;
/** After this many checks without output while frames wait, the encoder counts as hung (2 s; 5 s before its first frame). */
const STALLED_LOOKS = 8;
const UNBORN_LOOKS = 20;
/** Consecutive runs that never encoded a frame. */
const MAX_STILLBORN = 4;
const BACKOFF = { firstMs: 200, maxMs: 2000 };

/**
 * One encoder for the whole broadcast. When its process dies or hangs, the next one gets the frames that have not come out and continues with the very next
 * video and AAC frame: readers only notice a key frame.
 */
export class Encoder implements Closable {
  readonly #options: EncoderOptions;
  readonly #scope = new Scope();
  readonly #store: FrameStore;
  readonly #progress: Progress;
  #run: EncoderRun | null = null;
  #hasMetadata = false;
  #stillborn = 0;
  #restarts = 0;
  #quietLooks = 0;
  #cpuOfFormerRuns = 0;
  #bytes = 0;

  constructor(options: EncoderOptions) {
    this.#options = options;
    const { firstFrame } = options;
    this.#store = new FrameStore(canvasOf(options.profile), firstFrame);
    this.#progress = { firstFrame, nextFrame: firstFrame, nextSample: Math.round((firstFrame * AUDIO_RATE) / 30) };
    this.#scope.interval(WATCH_MS, () => this.#watch());
    this.#startRun();
  }

  /** True while frames come out more slowly than they go in. */
  get isBacklogged(): boolean {
    return this.#store.isFull;
  }

  /** True once a frame has come out. */
  get hasBegun(): boolean {
    return this.#progress.nextFrame > this.#progress.firstFrame;
  }

  /** When the next frame written becomes visible, on the program's timeline. */
  get nextPtsMs(): number {
    return ptsOfFrame(this.#store.next);
  }

  get restarts(): number {
    return this.#restarts;
  }

  get pid(): number | undefined {
    return this.#run?.pid;
  }

  /** Encoded bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Frames that have come out. */
  get framesOut(): number {
    return this.#progress.nextFrame;
  }

  cpuSeconds(): number {
    return this.#cpuOfFormerRuns + (this.#run?.cpuSeconds() ?? 0);
  }

  rssBytes(): number {
    return this.#run?.rssBytes() ?? 0;
  }

  /** Memory for the next frame; pass it to `write` when it is filled. */
  takeFrame(): { canvas: Canvas; audio: AudioTick } {
    return { canvas: this.#store.takeCanvas(), audio: this.#store.audioOf(this.#store.next) };
  }

  write({ canvas, audio }: { canvas: Canvas; audio: AudioTick }): void {
    this.#store.push(canvas);
    this.#run?.writeFrame(canvas.data);
    this.#run?.writeAudio(audio.bytes);
  }

  /** Resolves when the last frame has come out, or after 3 s. */
  async close(reason: string): Promise<void> {
    await this.#scope.close(reason);
    await this.#run?.close(reason);
  }

  #startRun(): void {
    const { ffmpeg, profile, log } = this.#options;
    const start = startPointAfter(this.#progress);
    const run = new EncoderRun({ ffmpeg, profile, start, log, onTags: (tags) => this.#run === run && this.#deliver(tags) });
    this.#run = run;
    this.#quietLooks = 0;
    for (let frame = start.audioFrom; frame < this.#store.next; frame++) {
      run.writeAudio(this.#store.audioOf(frame).bytes);
      const canvas = this.#store.canvasOf(frame);
      if (canvas && frame >= start.videoFrom) run.writeFrame(canvas.data);
    }
    void run.ended.then((exit) => this.#replace(run, exit)).catch((error: unknown) => this.#giveUp(error));
  }

  async #replace(run: EncoderRun, exit: ProcessExit): Promise<void> {
    this.#cpuOfFormerRuns += run.cpuSeconds();
    if (this.#scope.isClosed) return;
    this.#run = null;
    this.#restarts++;
    this.#stillborn = run.hasEncoded ? 0 : this.#stillborn + 1;
    const said = redact(run.lastLines);
    this.#options.log.warn({ code: exit.code, signal: exit.signal, err: exit.error, said }, 'the encoder ended; starting another');
    if (this.#stillborn >= MAX_STILLBORN) {
      const code = toLianmaiError(exit.error).code === 'OVERLOADED' ? 'OVERLOADED' : 'ENCODER_UNAVAILABLE';
      return this.#giveUp(new LianmaiError(code, undefined, { cause: exit.error ?? new Error(said) }));
    }
    if (this.#stillborn > 0) await delay(backoffMs(BACKOFF, this.#stillborn - 1), this.#scope.signal);
    this.#startRun();
  }

  #giveUp(error: unknown): void {
    if (!this.#scope.isClosed) this.#options.onFailed(toLianmaiError(error));
  }

  #deliver(placed: PlacedTag[]): void {
    const tags: MediaTag[] = [];
    for (const one of placed) {
      const tag = this.#accept(one);
      if (tag) tags.push(tag);
    }
    if (tags.length === 0) return;
    this.#store.releaseBefore(this.#progress.nextFrame);
    this.#quietLooks = 0;
    this.#options.onTags(tags);
  }

  /** Returns null for a tag that has come out before (the overlap of a replay) and for an encoder's priming. */
  #accept({ tag, index }: PlacedTag): MediaTag | null {
    const progress = this.#progress;
    let dtsMs = ptsOfFrame(progress.nextFrame);
    if (tag.kind === 'data') {
      if (this.#hasMetadata) return null;
      this.#hasMetadata = true;
    } else if (!tag.isConfig) {
      if (index < (tag.kind === 'video' ? progress.nextFrame : progress.nextSample)) return null;
      dtsMs = tag.kind === 'video' ? ptsOfFrame(index) : ptsOfSample(index);
      if (tag.kind === 'video') progress.nextFrame = index + 1;
      else progress.nextSample = index + 1;
    }
    this.#bytes += tag.body.length;
    return { ...tag, dtsMs };
  }

  #watch(): void {
    const run = this.#run;
    if (!run || this.#store.heldFrames === 0) return;
    this.#quietLooks++;
    if (this.#quietLooks < (run.hasEncoded ? STALLED_LOOKS : UNBORN_LOOKS)) return;
    this.#options.log.warn('the encoder hangs; killing it');
    this.#quietLooks = 0;
    run.kill();
  }
}
