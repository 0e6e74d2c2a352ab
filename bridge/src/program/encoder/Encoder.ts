import { backoffMs, delay, redact, Scope, StallWatch, type Closable, type Log, type Stall } from '@lianmai/kit';
import { canvasOf, LianmaiError, SAMPLES_PER_TICK, toLianmaiError, type Profile } from '@lianmai/protocol';
import type { Canvas } from '../compositor/index.js';
import type { Ffmpeg, ProcessExit } from '../../media/ffmpeg/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import { EncoderRun, type PlacedTag } from './EncoderRun.js';
import type { EncodingStep } from './encodingSteps.js';
import { FrameStore, type AudioTick } from './FrameStore.js';
import { SpareEncoder } from './SpareEncoder.js';
import { ptsOfFrame, ptsOfSample, startPointAfter, type Progress, type StartPoint } from './encoderTimeline.js';

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

/** An encoder that returns nothing for so long while frames wait has hung; opening a hardware encoder takes longer. */
const STALL_MS = 700;
const UNBORN_STALL_MS = 5000;
const PRESET_CHECK_MS = 250;
/** Consecutive runs that never encoded a frame. */
const MAX_STILLBORN = 4;
const BACKOFF = { firstMs: 200, maxMs: 2000 };

/**
 * One encoder for the whole broadcast. When its process dies, hangs or gets another preset, a spare one gets the frames that have not come out and continues
 * with the very next video and AAC frame: readers only notice a key frame.
 */
export class Encoder implements Closable {
  readonly #options: EncoderOptions;
  readonly #scope = new Scope();
  readonly #store: FrameStore;
  readonly #progress: Progress;
  readonly #spare: SpareEncoder;
  readonly #stallWatch: StallWatch;
  #run: EncoderRun | null = null;
  #preset: EncodingStep['preset'];
  #hasMetadata = false;
  #stillborn = 0;
  #restarts = 0;
  #cpuOfFormerRuns = 0;
  #bytes = 0;
  #framesOut = 0;

  constructor(options: EncoderOptions) {
    this.#options = options;
    const { firstFrame } = options;
    this.#preset = options.profile.preset;
    this.#store = new FrameStore(canvasOf(options.profile), firstFrame);
    this.#progress = { firstFrame, nextFrame: firstFrame, nextSample: firstFrame * SAMPLES_PER_TICK };
    this.#spare = this.#scope.own(new SpareEncoder(options));
    this.#stallWatch = this.#scope.own(
      new StallWatch({
        task: null,
        limitMs: UNBORN_STALL_MS,
        isDue: () => this.heldPictures > 0,
        onStalled: (stall) => this.#kill(stall),
      }),
    );
    this.#scope.interval(PRESET_CHECK_MS, () => this.#followPreset());
    this.#startRun();
  }

  /** Pictures that went in and have not come out. */
  get heldPictures(): number {
    return this.#store.held.length;
  }

  /** Ticks since the oldest of them. */
  get lagTicks(): number {
    return this.#store.next - this.#store.nextPicture;
  }

  /** True once a frame has come out. */
  get hasBegun(): boolean {
    return this.#progress.nextFrame > this.#progress.firstFrame;
  }

  /** Number of the next tick on the program's timeline. */
  get nextFrame(): number {
    return this.#store.next;
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
    return this.#framesOut;
  }

  cpuSeconds(): number {
    return this.#cpuOfFormerRuns + (this.#run?.cpuSeconds() ?? 0);
  }

  rssBytes(): number {
    return (this.#run?.rssBytes() ?? 0) + this.#spare.rssBytes();
  }

  /** Memory for the picture of the next tick; pass it to `write` when it is filled. */
  takeCanvas(): Canvas {
    return this.#store.takeCanvas();
  }

  /** Memory for the audio of the next tick; pass it to `write` when it is filled. */
  takeAudio(): AudioTick {
    return this.#store.takeAudio();
  }

  /** Encodes the next tick; `canvas` is null for a picture that is left out. */
  write({ canvas, audio }: { canvas: Canvas | null; audio: AudioTick }): void {
    const frame = this.#store.next;
    this.#store.push(canvas);
    if (canvas) this.#run?.writeFrame(frame, canvas.data);
    this.#run?.writeAudio(audio.bytes);
  }

  /** Goes on with another preset as soon as a process with it has loaded. */
  setPreset(preset: EncodingStep['preset']): void {
    this.#preset = preset;
  }

  /** Resolves when the last frame has come out, or after 3 s. */
  async close(reason: string): Promise<void> {
    await this.#scope.close(reason);
    await this.#run?.close(reason);
  }

  #startRun(): void {
    const run = this.#spare.take(this.#preset) ?? new EncoderRun({ ...this.#options, preset: this.#preset });
    this.#run = run;
    this.#stallWatch.limitMs = UNBORN_STALL_MS;
    this.#stallWatch.watch(run.pid === undefined ? null : { pid: run.pid });
    const start = this.#startPoint;
    run.begin(start, (tags) => this.#run === run && this.#deliver(run, tags));
    for (let frame = start.audioFrom; frame < this.#store.next; frame++) run.writeAudio(this.#store.audioOf(frame).bytes);
    for (const { frame, canvas } of this.#store.held) run.writeFrame(frame, canvas.data);
    void run.ended.then((exit) => this.#afterEnd(run, exit)).catch((error: unknown) => this.#giveUp(error));
  }

  get #startPoint(): StartPoint {
    return startPointAfter({ ...this.#progress, nextFrame: this.#store.nextPicture });
  }

  /** Hands over from a process with another preset, once the spare one is ready: that takes long on a busy machine. */
  #followPreset(): void {
    const run = this.#run;
    if (!run || run.preset === this.#preset) return;
    this.#spare.prepare(this.#preset, 0);
    if (!this.#spare.isReady(this.#preset)) return;
    this.#startRun();
    run.kill();
  }

  async #afterEnd(run: EncoderRun, exit: ProcessExit): Promise<void> {
    this.#cpuOfFormerRuns += run.cpuSeconds();
    // A process that is no longer `#run` has handed over.
    if (this.#scope.isClosed || this.#run !== run) return;
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

  #deliver(run: EncoderRun, placed: PlacedTag[]): void {
    const tags: MediaTag[] = [];
    for (const one of placed) {
      const tag = this.#accept(one);
      if (tag) tags.push(tag);
    }
    if (tags.length === 0) return;
    this.#store.release(this.#progress.nextFrame, this.#startPoint.audioFrom);
    this.#stallWatch.alive();
    if (run.hasEncoded) {
      this.#stallWatch.limitMs = STALL_MS;
      this.#spare.prepare(this.#preset);
    }
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
      if (tag.kind === 'video') {
        progress.nextFrame = index + 1;
        this.#framesOut++;
      } else progress.nextSample = index + 1;
    }
    this.#bytes += tag.body.length;
    return { ...tag, dtsMs };
  }

  #kill(stall: Stall): void {
    this.#options.log.warn(stall, 'the encoder hangs; killing it');
    this.#run?.kill();
  }
}
