import { FormatError, readFlvBody, type FlvTag, type FlvBody } from '../formats/index.js';
import { CutPolicy, type CutOptions } from './CutPolicy.js';
import { readAudioSetup, readVideoSetup, type AudioSetup, type VideoSetup } from './codecSetup.js';
import { PartMuxer, type Part, type Presentation } from './PartMuxer.js';
import type { PartTarget } from './PartTarget.js';
import { TrackDetection } from './TrackDetection.js';

export interface SegmentHead {
  /** Decoding time of the first sample on the stream's timeline, ms. */
  startMs: number;
  /** Can be played without the previous segment. */
  isIndependent: boolean;
  /** Does not continue the previous segment: other tracks, or a hole in the timeline. */
  isDiscontinuous: boolean;
  presentation: Presentation;
}

/** Receives a rendition's segments piece by piece: begin, parts, end, begin, ... */
export interface SegmentSink {
  readonly partTarget: PartTarget;
  begin(head: SegmentHead): void;
  add(part: Part): void;
  /** `spanMs`: how long the segment was on air, for one that received nothing. */
  end(spanMs: number): void;
}

export interface SegmenterSinks {
  main: SegmentSink;
  /** The audio alone, cut into the same segments. Left out: not made. */
  audio?: SegmentSink;
}

/** A larger step of the timeline means that media is missing, not late; video alone may be slow. */
const HOLE_MS = { withSound: 1000, withoutSound: 3000 };

/**
 * Turns tags into parts and segments of fragmented MP4; no clocks, no I/O. It starts at a key frame. A new codec config or a hole ends the segment, and
 * another presentation starts at the next key frame.
 */
export class Segmenter {
  readonly #policy: CutPolicy;
  readonly #sinks: SegmenterSinks;
  #trackDetection: TrackDetection | null;
  #video: { setup: VideoSetup; record: Buffer } | null = null;
  #audio: { setup: AudioSetup; record: Buffer } | null = null;
  /** null until a key frame opens the next presentation. */
  #muxers: { main: PartMuxer; audio: PartMuxer | null } | null = null;
  #startMs = 0;
  #bytes = 0;
  #lastMs = { video: 0, audio: 0 };
  #isDiscontinuous = false;
  #refused: string | null = null;

  /** `isComing`: whether a track without a config yet is certain to come. */
  constructor(options: CutOptions, sinks: SegmenterSinks, isComing?: (kind: 'video' | 'audio') => boolean) {
    this.#trackDetection = new TrackDetection(isComing);
    this.#policy = new CutPolicy(options);
    this.#sinks = sinks;
  }

  /** Throws FormatError for an unreadable config or body; the next tag may be fine again. Codecs that HLS cannot carry are left out. */
  push(tag: FlvTag): void {
    if (!this.#trackDetection) return this.#take(tag);
    const tags = this.#trackDetection.push(tag);
    if (tags.length > 0) this.#settle(tags);
  }

  /** Ends the segment: nothing follows, at least for a while. */
  flush(): void {
    if (this.#trackDetection) this.#settle(this.#trackDetection.finish());
    this.#breakOff();
  }

  /** An unreadable tag does not hold back the others. */
  #settle(tags: readonly FlvTag[]): void {
    this.#trackDetection = null;
    let failure: unknown;
    for (const tag of tags) {
      try {
        this.#take(tag);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure instanceof Error ? failure : new FormatError('a tag cannot be read');
  }

  #take(tag: FlvTag): void {
    if (tag.kind === 'data') return;
    const body = readFlvBody(tag);
    if (!body) return;
    if (body.isConfig) this.#configure(tag.kind, body);
    else if (tag.kind === 'video') this.#pushVideo(tag, body);
    else this.#pushAudio(tag, body);
  }

  #configure(kind: 'video' | 'audio', body: FlvBody): void {
    const current = kind === 'video' ? this.#video : this.#audio;
    if (current?.record.equals(body.data)) return;
    this.#breakOff();
    if (kind === 'video') this.#video = null;
    else this.#audio = null;
    const record = Buffer.from(body.data);
    if (kind === 'video') {
      const setup = readVideoSetup({ ...body, data: record });
      this.#video = setup && { setup, record };
    } else {
      const setup = readAudioSetup({ ...body, data: record });
      this.#audio = setup && { setup, record };
    }
    if (!(kind === 'video' ? this.#video : this.#audio)) this.#refuse(body.codec);
  }

  /** Once per codec, because the log is for people. */
  #refuse(codec: string): void {
    if (this.#refused === codec) return;
    this.#refused = codec;
    throw new FormatError(`HLS carries no ${codec}: left out`);
  }

  #pushVideo(tag: FlvTag, body: FlvBody): void {
    if (body.codec !== this.#video?.setup.codec) return;
    this.#breakOffAtHole('video', tag.dtsMs);
    if (tag.isKeyFrame) {
      if (!this.#muxers || this.#policy.isTimeToCut(tag.dtsMs - this.#startMs)) this.#startSegment(tag.dtsMs, true);
      this.#policy.seeKeyFrame(tag.dtsMs);
    } else this.#cutWhatIsTooLong(tag.dtsMs);
    this.#add(tag, body, undefined);
  }

  #pushAudio(tag: FlvTag, body: FlvBody): void {
    if (body.codec !== this.#audio?.setup.codec) return;
    const durationTicks = this.#audio.setup.packetTicks(body.data);
    this.#breakOffAtHole('audio', tag.dtsMs);
    if (this.#video) this.#cutWhatIsTooLong(tag.dtsMs, tag.dtsMs - this.#lastMs.video);
    else if (!this.#muxers || this.#policy.isLongEnough(tag.dtsMs - this.#startMs)) this.#startSegment(tag.dtsMs, true);
    this.#add(tag, body, durationTicks);
  }

  #add({ kind, dtsMs, isKeyFrame }: FlvTag, { data, compositionMs }: FlvBody, durationTicks: number | undefined): void {
    if (!this.#muxers || kind === 'data') return;
    const isVideo = kind === 'video';
    const sample = { data, compositionMs, isKeyFrame: !isVideo || isKeyFrame, durationTicks };
    this.#muxers.main.add(kind, dtsMs, sample);
    if (!isVideo) this.#muxers.audio?.add(kind, dtsMs, sample);
    this.#bytes += data.length;
    this.#lastMs[kind] = dtsMs;
  }

  /** Bounds the memory, with or without key frames. */
  #cutWhatIsTooLong(dtsMs: number, pictureAgeMs = 0): void {
    const elapsedMs = dtsMs - this.#startMs;
    if (this.#muxers && this.#policy.mustCut(elapsedMs, this.#bytes, pictureAgeMs)) this.#startSegment(dtsMs, false);
  }

  #breakOffAtHole(kind: 'video' | 'audio', dtsMs: number): void {
    const holeMs = this.#audio ? HOLE_MS.withSound : HOLE_MS.withoutSound;
    const newestMs = Math.max(this.#lastMs.video, this.#lastMs.audio);
    if (this.#muxers && (dtsMs - newestMs > holeMs || this.#lastMs[kind] - dtsMs > holeMs)) this.#breakOff();
  }

  /** The next presentation starts at the next key frame. */
  #breakOff(): void {
    this.#end(null);
    if (this.#muxers) this.#isDiscontinuous = true;
    this.#muxers = null;
    this.#policy.forget();
  }

  #startSegment(dtsMs: number, isIndependent: boolean): void {
    this.#end(dtsMs);
    this.#muxers ??= this.#open(dtsMs);
    const { main, audio } = this.#muxers;
    const head = { startMs: dtsMs, isDiscontinuous: this.#isDiscontinuous };
    this.#sinks.main.begin({ ...head, isIndependent, presentation: main.presentation });
    if (audio) this.#sinks.audio?.begin({ ...head, isIndependent: true, presentation: audio.presentation });
    this.#isDiscontinuous = false;
    this.#startMs = dtsMs;
    this.#bytes = 0;
  }

  #open(dtsMs: number): { main: PartMuxer; audio: PartMuxer | null } {
    this.#lastMs = { video: dtsMs, audio: dtsMs };
    const [video, audio] = [this.#video?.setup ?? null, this.#audio?.setup ?? null];
    const { main: mainSink, audio: audioSink } = this.#sinks;
    return {
      main: new PartMuxer({ video, audio }, dtsMs, mainSink.partTarget, (part) => mainSink.add(part)),
      audio: audio && audioSink ? new PartMuxer({ video: null, audio }, dtsMs, audioSink.partTarget, (part) => audioSink.add(part)) : null,
    };
  }

  #end(nextDtsMs: number | null): void {
    if (!this.#muxers) return;
    const { main, audio } = this.#muxers;
    const spanMs = (nextDtsMs ?? Math.max(this.#lastMs.video, this.#lastMs.audio)) - this.#startMs;
    main.finish(nextDtsMs);
    this.#sinks.main.end(spanMs);
    audio?.finish(nextDtsMs);
    if (audio) this.#sinks.audio?.end(spanMs);
  }
}
