import { fragment, initSegment, type Fmp4Track } from '../formats/index.js';
import type { AudioSetup, VideoSetup } from './codecSetup.js';
import type { PartTarget } from './PartTarget.js';
import { SampleQueue, type QueueInput } from './SampleQueue.js';

/** What is the same for all segments between two discontinuities. */
export interface Presentation {
  init: Buffer;
  /** RFC 6381, comma separated. */
  codecs: string;
  video: { width: number; height: number } | null;
}

/** A piece of a segment that plays by itself once its init and the parts before are there: one `moof` and one `mdat`. */
export interface Part {
  bytes: Buffer;
  durationMs: number;
  /** Has a picture (or a sound, without pictures) that needs no other. */
  isIndependent: boolean;
  /** When its first sample is shown, on the stream's timeline, ms. */
  shownAtMs: number;
  frames: number;
}

/** For a picture that nothing follows and nothing went before. */
const DEFAULT_FRAME_MS = 1000 / 30;
/** RFC 8216bis 4.4.4.9: shorter parts are for the ends of segments. */
const MIN_SHARE = 0.85;
/** A picture that comes this late does not hold the sound back any longer. */
const MAX_WAIT_MS = 500;
/** So much below the target, a part of sound alone never passes it. */
const SOUND_MARGIN_MS = 25;

/** One rendition of one presentation: collects the samples of its tracks and cuts them into parts. */
export class PartMuxer {
  readonly presentation: Presentation;
  readonly #video: SampleQueue | null = null;
  readonly #audio: SampleQueue | null = null;
  readonly #target: PartTarget;
  readonly #emit: (part: Part) => void;
  /** Where the part that is being filled begins if nothing is in it yet, ms. */
  #cutMs: number;
  /** Newest time of the track that cuts. */
  #lastMs: number;
  /** Newest time of the sound beside it. */
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

  /** The part before is cut here if it is time to. */
  add(kind: 'video' | 'audio', dtsMs: number, sample: QueueInput): void {
    const isMain = kind === 'video' || !this.#video;
    if (isMain) this.#cutIfDue(dtsMs);
    else this.#cutWithoutPicture(dtsMs, this.#target.ms + MAX_WAIT_MS);
    if (isMain) this.#lastMs = dtsMs;
    else this.#lastSoundMs = dtsMs;
    (kind === 'video' ? this.#video : this.#audio)?.push(dtsMs, sample);
  }

  /** The end of a segment: what has not been cut yet. */
  finish(untilMs: number | null): void {
    const endMs = untilMs ?? this.#lastSoundMs;
    if (endMs - this.#lastMs > MAX_WAIT_MS) this.#cutWithoutPicture(endMs, this.#target.ms - SOUND_MARGIN_MS);
    this.#cut(untilMs);
  }

  /** All that plays before `untilMs` (null: all there is) becomes a part. */
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

  /** Whoever has the newest picture knows how long the one before was: cut if the next step would pass the target. Sounds tell their length themselves. */
  #cutIfDue(dtsMs: number): void {
    if (this.#video) {
      if (this.#isFull(dtsMs - this.#startMs, dtsMs - this.#lastMs)) this.#cut(dtsMs);
    } else if (this.#audio && this.#isFull(this.#audio.pendingMs, this.#audio.stepMs)) this.#cut(null);
  }

  #isFull(elapsedMs: number, stepMs: number): boolean {
    const { ms } = this.#target;
    return elapsedMs > ms || (elapsedMs >= MIN_SHARE * ms && elapsedMs + stepMs > ms);
  }

  /** The camera hangs, the sound goes on. */
  #cutWithoutPicture(dtsMs: number, patienceMs: number): void {
    const stepMs = this.#target.ms - SOUND_MARGIN_MS;
    while (this.#audio && this.#video && dtsMs - this.#startMs > patienceMs) this.#cut(this.#startMs + stepMs);
  }
}
