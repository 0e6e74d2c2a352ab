import { backoffMs, delay, redact, Scope, type Closable, type Log } from '@lianmai/kit';
import { AUDIO_RATE, canvasOf, LianmaiError, toLianmaiError, type Profile } from '@lianmai/protocol';
import type { Canvas } from '../compositor/index.js';
import type { Ffmpeg, ProcessExit } from '../../media/ffmpeg/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import { EncoderRun, type PlacedTag } from './EncoderRun.js';
import type { EncodingStep } from './encodingSteps.js';
import { FrameStore, type AudioTick } from './FrameStore.js';
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

const WATCH_MS = 250;
/** After this many checks without output while frames wait, the encoder counts as hung (2 s; 5 s before its first frame). */
const STALLED_LOOKS = 8;
const UNBORN_LOOKS = 20;
/** Consecutive runs that never encoded a frame. */
const MAX_STILLBORN = 4;
const BACKOFF = { firstMs: 200, maxMs: 2000 };

/**
 * One encoder for the whole broadcast. When its process dies, hangs or gets another preset, the next one gets the frames that have not come out and continues
 * with the very next video and AAC frame: readers only notice a key frame.
 */
export class Encoder implements Closable {
  readonly #options: EncoderOptions;
  readonly #scope = new Scope();
  readonly #store: FrameStore;
  readonly #progress: Progress;
  #run: EncoderRun | null = null;
  /** Loads the preset that follows, while `#run` goes on. */
  #successor: EncoderRun | null = null;
  #preset: EncodingStep['preset'];
  #hasMetadata = false;
  #stillborn = 0;
  #restarts = 0;
  #quietLooks = 0;
  #cpuOfFormerRuns = 0;
  #bytes = 0;
  #framesOut = 0;

  constructor(options: EncoderOptions) {
    this.#options = options;
    const { firstFrame } = options;
    this.#preset = options.profile.preset;
    this.#store = new FrameStore(canvasOf(options.profile), firstFrame);
    this.#progress = { firstFrame, nextFrame: firstFrame, nextSample: Math.round((firstFrame * AUDIO_RATE) / 30) };
    this.#scope.interval(WATCH_MS, () => this.#watch());
    this.#startRun(this.#createRun());
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
    return this.#cpuOfFormerRuns + (this.#run?.cpuSeconds() ?? 0) + (this.#successor?.cpuSeconds() ?? 0);
  }

  rssBytes(): number {
    return this.#run?.rssBytes() ?? 0;
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
    this.#dropSuccessor();
    await this.#run?.close(reason);
  }

  #createRun(): EncoderRun {
    const { ffmpeg, profile, log } = this.#options;
    const onTags = (tags: PlacedTag[]) => this.#run === run && this.#deliver(tags);
    const run: EncoderRun = new EncoderRun({ ffmpeg, profile, preset: this.#preset, log, onTags });
    void run.ended.then((exit) => this.#replace(run, exit)).catch((error: unknown) => this.#giveUp(error));
    return run;
  }

  #startRun(run: EncoderRun): void {
    this.#run = run;
    this.#quietLooks = 0;
    const start = this.#startPoint;
    run.begin(start);
    for (let frame = start.audioFrom; frame < this.#store.next; frame++) run.writeAudio(this.#store.audioOf(frame).bytes);
    for (const { frame, canvas } of this.#store.held) run.writeFrame(frame, canvas.data);
  }

  get #startPoint(): StartPoint {
    return startPointAfter({ ...this.#progress, nextFrame: this.#store.nextPicture });
  }

  /** Hands over from a process with another preset, once its successor has loaded: that takes long on a busy machine. */
  #followPreset(run: EncoderRun): void {
    if (this.#successor && this.#successor.preset !== this.#preset) this.#dropSuccessor();
    if (run.preset === this.#preset) return;
    this.#successor ??= this.#createRun();
    if (!this.#successor.hasLoaded()) return;
    this.#startRun(this.#takeSuccessor());
    this.#cpuOfFormerRuns += run.cpuSeconds();
    run.kill();
  }

  #takeSuccessor(): EncoderRun {
    const successor = this.#successor ?? this.#createRun();
    this.#successor = null;
    return successor;
  }

  #dropSuccessor(): void {
    const successor = this.#successor;
    this.#successor = null;
    if (!successor) return;
    this.#cpuOfFormerRuns += successor.cpuSeconds();
    successor.kill();
  }

  async #replace(run: EncoderRun, exit: ProcessExit): Promise<void> {
    if (this.#successor === run) this.#forgoPreset();
    // Others were told to end.
    if (this.#run !== run) return;
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
    this.#startRun(this.#takeSuccessor());
  }

  /** The process with the next preset ended while it loaded. The one that runs is good enough until another change. */
  #forgoPreset(): void {
    this.#dropSuccessor();
    this.#preset = this.#run?.preset ?? this.#preset;
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
    this.#store.release(this.#progress.nextFrame, this.#startPoint.audioFrom);
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
      if (tag.kind === 'video') {
        progress.nextFrame = index + 1;
        this.#framesOut++;
      } else progress.nextSample = index + 1;
    }
    this.#bytes += tag.body.length;
    return { ...tag, dtsMs };
  }

  #watch(): void {
    if (this.#run) this.#followPreset(this.#run);
    const run = this.#run;
    if (!run || this.heldPictures === 0) return;
    this.#quietLooks++;
    if (this.#quietLooks < (run.hasEncoded ? STALLED_LOOKS : UNBORN_LOOKS)) return;
    this.#options.log.warn('the encoder hangs; killing it');
    this.#quietLooks = 0;
    run.kill();
  }
}
