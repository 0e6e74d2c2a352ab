import {
  fragment,
  initSegment,
  readAacBody,
  readAvcBody,
  type AacConfig,
  type AvcConfig,
  type FlvTag,
  type Fmp4Track,
} from '../../formats/index.js';
import { SampleQueue } from './SampleQueue.js';

/** What is the same for all segments between two discontinuities. */
export interface Presentation {
  init: Buffer;
  /** RFC 6381, comma separated. */
  codecs: string;
  video: { width: number; height: number } | null;
}

export interface Fragment {
  bytes: Buffer;
  durationMs: number;
  /** Pictures a second; 0 without pictures. */
  frameRate: number;
}

const VIDEO_TIMESCALE = 90_000;
/** For a picture that nothing follows and nothing went before. */
const DEFAULT_FRAME_TICKS = VIDEO_TIMESCALE / 30;

/** The tracks of one presentation and what waits in them for the next fragment. */
export class Tracks {
  readonly presentation: Presentation;
  readonly #video: SampleQueue | null = null;
  readonly #audio: SampleQueue | null = null;
  #bytes = 0;
  #sequence = 0;

  constructor(avc: AvcConfig | null, aac: AacConfig | null) {
    const tracks: Fmp4Track[] = [];
    if (avc) {
      tracks.push({ kind: 'video', id: 1, timescale: VIDEO_TIMESCALE, config: avc });
      this.#video = new SampleQueue({ id: 1, kind: 'video', timescale: VIDEO_TIMESCALE, nominalTicks: DEFAULT_FRAME_TICKS });
    }
    if (aac) {
      const id = tracks.length + 1;
      tracks.push({ kind: 'audio', id, timescale: aac.sampleRate, config: aac });
      this.#audio = new SampleQueue({ id, kind: 'audio', timescale: aac.sampleRate, nominalTicks: aac.samplesPerFrame });
    }
    const codecs = tracks.map((track) => track.config.codec).join(',');
    this.presentation = { init: initSegment(tracks), codecs, video: avc && { width: avc.width, height: avc.height } };
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return (this.#video?.count ?? 0) + (this.#audio?.count ?? 0) === 0;
  }

  add(tag: FlvTag): void {
    const isVideo = tag.kind === 'video';
    const { data, compositionMs } = isVideo ? readAvcBody(tag.body) : { data: readAacBody(tag.body), compositionMs: 0 };
    (isVideo ? this.#video : this.#audio)?.push(tag.dtsMs, { data, compositionMs, isKeyFrame: !isVideo || tag.isKeyFrame });
    this.#bytes += data.length;
  }

  /** All that waits as one fragment; `nextDtsMs` is when the next picture comes, if it is known. */
  take(nextDtsMs: number | null): Fragment | null {
    const video = this.#video?.take(nextDtsMs) ?? null;
    const audio = this.#audio?.take(nextDtsMs) ?? null;
    const main = video ?? audio;
    if (!main) return null;
    this.#bytes = 0;
    const ticks = main.samples.reduce((sum, sample) => sum + sample.durationTicks, 0);
    const timescale = (video ? this.#video : this.#audio)?.clock.timescale ?? 1;
    const durationMs = (ticks * 1000) / timescale;
    const bytes = fragment(
      ++this.#sequence,
      [video, audio].filter((run) => run !== null),
    );
    return { bytes, durationMs, frameRate: video && durationMs > 0 ? (video.samples.length * 1000) / durationMs : 0 };
  }
}
