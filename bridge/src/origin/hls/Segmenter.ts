import {
  isAac,
  isAvc,
  parseAacConfig,
  parseAvcConfig,
  readAacBody,
  readAvcBody,
  type AacConfig,
  type AvcConfig,
  type FlvTag,
} from '../../formats/index.js';
import { CutPolicy, type CutOptions } from './CutPolicy.js';
import { Tracks, type Fragment, type Presentation } from './Tracks.js';

export interface MediaSegment extends Fragment {
  /** Decoding time of the first sample on the stream's timeline, ms. */
  startMs: number;
  /** Can be played without the one before. */
  isIndependent: boolean;
  /** Not the continuation of the one before: other tracks, or a hole in the timeline. */
  isDiscontinuous: boolean;
  presentation: Presentation;
}

/** A step of the timeline beyond this means that media is missing, not late. */
const HOLE_MS = 1000;

/**
 * Tags in, fragmented MP4 segments out; no clocks, no I/O. Starts at a key frame; a new codec config or a hole ends the segment, and another
 * presentation starts at the next key frame.
 */
export class Segmenter {
  readonly #policy: CutPolicy;
  readonly #emit: (segment: MediaSegment) => void;
  #avc: AvcConfig | null = null;
  #aac: AacConfig | null = null;
  /** Null until a key frame opens the next presentation. */
  #tracks: Tracks | null = null;
  #startMs = 0;
  #lastMs = 0;
  #isIndependent = true;
  #isDiscontinuous = false;

  constructor(options: CutOptions, emit: (segment: MediaSegment) => void) {
    this.#policy = new CutPolicy(options);
    this.#emit = emit;
  }

  /** Throws FormatError on a config or body that cannot be read; the next tag may be fine again. Codecs other than H.264 and AAC are left out. */
  push(tag: FlvTag): void {
    if (isAvc(tag)) {
      if (tag.isConfig) this.#configureVideo(readAvcBody(tag.body).data);
      else this.#pushVideo(tag);
    } else if (isAac(tag)) {
      if (tag.isConfig) this.#configureAudio(readAacBody(tag.body));
      else this.#pushAudio(tag);
    }
  }

  /** Cuts what there is: nothing follows. */
  flush(): void {
    this.#cut(null);
  }

  #configureVideo(record: Buffer): void {
    if (this.#avc?.record.equals(record)) return;
    this.#breakOff();
    this.#avc = null;
    this.#avc = parseAvcConfig(record);
  }

  #configureAudio(record: Buffer): void {
    if (this.#aac?.record.equals(record)) return;
    this.#breakOff();
    this.#aac = null;
    this.#aac = parseAacConfig(record);
  }

  #pushVideo(tag: FlvTag): void {
    if (!this.#avc) return;
    this.#breakOffAtHole(tag.dtsMs);
    if (tag.isKeyFrame) {
      if (!this.#tracks || this.#policy.isTimeToCut(tag.dtsMs - this.#startMs)) this.#startSegment(tag.dtsMs, true);
      this.#policy.seeKeyFrame(tag.dtsMs);
    } else this.#cutWhatIsTooLong(tag.dtsMs);
    this.#add(tag);
  }

  #pushAudio(tag: FlvTag): void {
    if (!this.#aac) return;
    this.#breakOffAtHole(tag.dtsMs);
    if (this.#avc) this.#cutWhatIsTooLong(tag.dtsMs);
    else if (!this.#tracks || this.#policy.isLongEnough(tag.dtsMs - this.#startMs)) this.#startSegment(tag.dtsMs, true);
    this.#add(tag);
  }

  #add(tag: FlvTag): void {
    if (!this.#tracks) return;
    this.#tracks.add(tag);
    this.#lastMs = Math.max(this.#lastMs, tag.dtsMs);
  }

  /** Memory is bounded, key frames or not. */
  #cutWhatIsTooLong(dtsMs: number): void {
    if (this.#tracks && this.#policy.mustCut(dtsMs - this.#startMs, this.#tracks.bytes)) this.#startSegment(dtsMs, false);
  }

  #breakOffAtHole(dtsMs: number): void {
    if (this.#tracks && Math.abs(dtsMs - this.#lastMs) > HOLE_MS) this.#breakOff();
  }

  /** What comes next is another presentation, from the next key frame on. */
  #breakOff(): void {
    this.#cut(null);
    if (this.#tracks) this.#isDiscontinuous = true;
    this.#tracks = null;
    this.#policy.forget();
  }

  #startSegment(dtsMs: number, isIndependent: boolean): void {
    this.#cut(dtsMs);
    this.#tracks ??= new Tracks(this.#avc, this.#aac);
    this.#startMs = dtsMs;
    this.#lastMs = dtsMs;
    this.#isIndependent = isIndependent;
  }

  #cut(nextDtsMs: number | null): void {
    const cut = this.#tracks?.take(nextDtsMs);
    if (!this.#tracks || !cut) return;
    const { presentation } = this.#tracks;
    this.#emit({
      ...cut,
      startMs: this.#startMs,
      isIndependent: this.#isIndependent,
      isDiscontinuous: this.#isDiscontinuous,
      presentation,
    });
    this.#isDiscontinuous = false;
  }
}
