import type { AudioInfo, VideoInfo } from '@lianmai/protocol';
import {
  FormatError,
  parseAacConfig,
  parseAv1Config,
  parseAvcConfig,
  parseHevcConfig,
  parseMp3Header,
  parseOpusHead,
  readFlvBody,
  type FlvBody,
} from '../../media/formats/index.js';
import type { MediaTag, Stream } from '../stream/index.js';

/** `video` and `audio` are null when there is no such track, or none yet. */
export interface MediaInfo {
  video: VideoInfo | null;
  audio: AudioInfo | null;
  videoKbps: number | null;
  /** Expectation from the codec config while `hasBFrames` is undecided. */
  expectsBFrames: boolean;
}

interface CodecHeader {
  width: number | null;
  height: number | null;
  /** From the codec config; null if it says nothing. */
  reorderDepth: number | null;
}

interface ProbeMemory {
  config: MediaTag | null;
  header: CodecHeader;
  hasBFrames: boolean | null;
  fps: number | null;
  kbps: number | null;
}

/**
 * Frames with equal composition times after which we assume that there are no B-frames. Encoders use them from the start, or once there is
 * less motion.
 */
const FRAMES_TO_RULE_OUT_B_FRAMES = 10;
/** Smaller differences are rounding errors of whole milliseconds. */
const ROUNDING_MS = 3;
const MAX_FRAMES_INSPECTED = 60;

/** Derives codecs, size, frame rate and bitrate from the configs and the last GOP that the stream keeps anyway, and caches the result. */
export class StreamProbe {
  readonly #memory = new WeakMap<Stream, ProbeMemory>();

  describe(stream: Stream): MediaInfo {
    const video = this.#video(stream);
    const audio = describeAudio(stream);
    const memory = this.#memory.get(stream);
    return { video, audio, videoKbps: memory?.kbps ?? null, expectsBFrames: (memory?.header.reorderDepth ?? 0) > 0 };
  }

  #video(stream: Stream): VideoInfo | null {
    const config = stream.preamble.video;
    const pictures = stream.gop.filter((tag) => tag.kind === 'video').slice(-MAX_FRAMES_INSPECTED);
    const body = bodyOf(config ?? pictures[0]);
    if (!body) return null;
    const memory = this.#remember(stream, config, body);
    measure(memory, pictures);
    const { header, hasBFrames, fps } = memory;
    const codec = body.codec === 'h264' || body.codec === 'hevc' || body.codec === 'av1' || body.codec === 'vp9' ? body.codec : 'unknown';
    return { codec, width: header.width, height: header.height, fps, hasBFrames };
  }

  #remember(stream: Stream, config: MediaTag | null, body: FlvBody): ProbeMemory {
    const known = this.#memory.get(stream);
    if (known && known.config === config) return known;
    const header = config ? readHeader(body) : { width: null, height: null, reorderDepth: null };
    const hasBFrames = header.reorderDepth === 0 ? false : null;
    const memory: ProbeMemory = { config, header, hasBFrames, fps: known?.fps ?? null, kbps: known?.kbps ?? null };
    this.#memory.set(stream, memory);
    return memory;
  }
}

const bodyOf = (tag: MediaTag | null | undefined) => (tag ? readFlvBody(tag) : null);

function readHeader({ codec, data }: FlvBody): CodecHeader {
  try {
    if (codec === 'h264') return parseAvcConfig(data);
    if (codec === 'hevc') return parseHevcConfig(data);
    // AV1 and VP9 frames are shown in the order in which they are sent.
    if (codec === 'av1') return { ...parseAv1Config(data), reorderDepth: 0 };
    if (codec === 'vp9') return { width: null, height: null, reorderDepth: 0 };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return { width: null, height: null, reorderDepth: null };
}

/** B-frames make composition times differ. One sighting is final, because encoders choose frame by frame. */
function measure(memory: ProbeMemory, pictures: readonly MediaTag[]): void {
  const [first, last] = [pictures[0], pictures.at(-1)];
  if (!first || !last) return;
  const spanMs = last.dtsMs - first.dtsMs;
  if (pictures.length >= 10 && spanMs > 0) {
    memory.fps = Math.round(((pictures.length - 1) * 100_000) / spanMs) / 100;
    memory.kbps = Math.round((pictures.reduce((sum, tag) => sum + tag.body.length, 0) * 8) / spanMs);
  }
  if (memory.hasBFrames !== null && !(memory.hasBFrames === false && memory.header.reorderDepth !== 0)) return;
  const offsets = pictures.map((tag) => bodyOf(tag)?.compositionMs ?? 0);
  if (Math.max(...offsets) - Math.min(...offsets) > ROUNDING_MS) memory.hasBFrames = true;
  else if (pictures.length >= FRAMES_TO_RULE_OUT_B_FRAMES) memory.hasBFrames = false;
}

function describeAudio(stream: Stream): AudioInfo | null {
  // MP3 has no config; any frame will do.
  const tag = stream.preamble.audio ?? stream.gop.find((tag) => tag.kind === 'audio');
  const body = bodyOf(tag);
  if (!body) return null;
  const unknown = { sampleRateHz: null, channels: null };
  try {
    if (body.codec === 'aac' && body.isConfig) {
      const { sampleRate, channels } = parseAacConfig(body.data);
      return { codec: 'aac', sampleRateHz: sampleRate, channels };
    }
    if (body.codec === 'opus' && body.isConfig) return { codec: 'opus', sampleRateHz: 48_000, channels: parseOpusHead(body.data).channels };
    const mp3 = body.codec === 'mp3' ? parseMp3Header(body.data) : null;
    if (mp3) return { codec: 'mp3', sampleRateHz: mp3.sampleRate, channels: mp3.channels };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  const codec = body.codec === 'aac' || body.codec === 'opus' || body.codec === 'mp3' ? body.codec : 'unknown';
  return { codec, ...unknown };
}
