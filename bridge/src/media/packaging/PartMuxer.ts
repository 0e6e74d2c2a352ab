import { fragment, initSegment, type Fmp4Track } from '../formats/index.js';
import type { AudioSetup, VideoSetup } from './codecSetup.js';
import type { PartTarget } from './PartTarget.js';
import { SampleQueue, type QueueInput } from './SampleQueue.js';

/** Common to all segments between two discontinuities. */
export interface Presentation {
  init: Buffer;
  /** RFC 6381, comma separated. */
  codecs: string;
  video: { width: number; height: number } | null;
}

/** A piece of a segment that plays once its init and the earlier parts have arrived: one `moof` and one `mdat`. */
export interface Part {
  bytes: Buffer;
  durationMs: number;
  /** Contains a frame (or audio, without video) that needs no other. */
  isIndependent: boolean;
  /** When its first sample is displayed, on the stream's timeline, ms. */
  shownAtMs: number;
  frames: number;
}

/** For a frame with no neighbour before or after it. */
const DEFAULT_FRAME_MS = 1000 / 30;
/** RFC 8216bis 4.4.4.9: only the ends of segments may be shorter. */
const MIN_SHARE = 0.85;
/** Video that is this late no longer holds back the audio. */
const MAX_WAIT_MS = 500;
/** Audio-only parts stay this far below the target, so that they never exceed it. */
const SOUND_MARGIN_MS = 25;

/** One rendition of one presentation: collects the samples of its tracks and cuts them into parts. */
export class PartMuxer {
  readonly presentation: Presentation;
  readonly #video: SampleQueue | null = null;
  readonly #audio: SampleQueue | null = null;
  readonly #target: PartTarget;
  readonly #emit: (part: Part) => void;
  /** Where the part being filled begins if it is still empty, ms. */
  #cutMs: number;
  /** Newest time of the track that decides the cuts. */
  #lastMs: number;
  /** Newest time of the audio beside it. */
  #lastSoundMs: number;
  #sequence = 0;

  constructor(
    setup: { video: VideoSetup | null; audio: AudioSetup | null },
    startMs: number,
    target: PartTarget,
    emit: (part: Part) => void,
  ) {
    const tracks: Fmp4Track[] = [];
    if (setup.video) {
      tracks.push({ ...setup.video, id: 1 });
      const { timescale } = setup.video;
      this.#video = new SampleQueue({ id: 1, kind: 'video', timescale, nominalTicks: Math.round((DEFAULT_FRAME_MS * timescale) / 1000) });
    }
    if (setup.audio) {
      const id = tracks.length + 1;
      tracks.push({ ...setup.audio, id });
      this.#audio = new SampleQueue({ id, kind: 'audio', timescale: setup.audio.timescale, nominalTicks: setup.audio.timescale / 50 });
    }
    const codecs = tracks.map((track) => track.config.codec).join(',');
    const size = setup.video && { width: setup.video.config.width, height: setup.video.config.height };
    this.presentation = { init: initSegment(tracks), codecs, video: size };
    this.#cutMs = startMs;
    this.#lastMs = startMs;
    this.#lastSoundMs = startMs;
    this.#target = target;
    this.#emit = emit;
  }

  /** Cuts the part before this sample if it is time. */
  add(kind: 'video' | 'audio', dtsMs: number, sample: QueueInput): void {
    const isMain = kind === 'video' || !this.#video;
    if (isMain) this.#cutIfDue(dtsMs);
    else this.#cutWithoutPicture(dtsMs, this.#target.ms + MAX_WAIT_MS);
    if (isMain) this.#lastMs = dtsMs;
    else this.#lastSoundMs = dtsMs;
    (kind === 'video' ? this.#video : this.#audio)?.push(dtsMs, sample);
  }

  /** Ends the segment: everything that has not been cut yet. */
  finish(untilMs: number | null): void {
    const endMs = untilMs ?? this.#lastSoundMs;
    if (endMs - this.#lastMs > MAX_WAIT_MS) this.#cutWithoutPicture(endMs, this.#target.ms - SOUND_MARGIN_MS);
    this.#cut(untilMs);
  }

  /** Makes a part of everything before `untilMs` (null: of everything). */
  #cut(untilMs: number | null): void {
    const video = this.#video?.take(untilMs) ?? null;
    const audio = this.#audio?.take(untilMs) ?? null;
    if (untilMs !== null) this.#cutMs = untilMs;
    const run = video ?? audio;
    const clock = (video ? this.#video : this.#audio)?.clock;
    if (!run || !clock) return;
    const runs = [video, audio].filter((each) => each !== null);
    const durationMs = (run.samples.reduce((sum, sample) => sum + sample.durationTicks, 0) * 1000) / clock.timescale;
    this.#target.mustHold(durationMs);
    this.#emit({
      bytes: fragment(++this.#sequence, runs),
      durationMs,
      isIndependent: (video !== null || !this.#video) && run.samples.some((sample) => sample.isKeyFrame),
      shownAtMs: ((run.baseTicks + (run.samples[0]?.compositionTicks ?? 0)) * 1000) / clock.timescale,
      frames: video?.samples.length ?? 0,
    });
  }

  get #startMs(): number {
    return (this.#video ?? this.#audio)?.firstMs ?? this.#cutMs;
  }

  /** The newest frame tells how long the previous one was: cut if the next step would exceed the target. Audio samples know their own length. */
  #cutIfDue(dtsMs: number): void {
    if (this.#video) {
      if (this.#isFull(dtsMs - this.#startMs, dtsMs - this.#lastMs)) this.#cut(dtsMs);
    } else if (this.#audio && this.#isFull(this.#audio.pendingMs, this.#audio.stepMs)) this.#cut(null);
  }

  #isFull(elapsedMs: number, stepMs: number): boolean {
    const { ms } = this.#target;
    return elapsedMs > ms || (elapsedMs >= MIN_SHARE * ms && elapsedMs + stepMs > ms);
  }

  /** The camera hangs while the audio continues. */
  #cutWithoutPicture(dtsMs: number, patienceMs: number): void {
    const stepMs = this.#target.ms - SOUND_MARGIN_MS;
    while (this.#audio && this.#video && dtsMs - this.#startMs > patienceMs) this.#cut(this.#startMs + stepMs);
  }
}
