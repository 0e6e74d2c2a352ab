import { createLog } from '@lianmai/kit';
import { FfmpegProcess, findFfmpeg, type Ffmpeg } from '../media/ffmpeg/index.js';
import { FlvParser, isSequenceEnd, TsDemuxer, type FlvTag } from '../media/formats/index.js';
import type { Publisher } from '../hub/stream/index.js';

export interface PictureAndSound {
  seconds: number;
  /** Default 640x360. */
  size?: string;
  /** Frames from key frame to key frame, at 30 per second; default 60. */
  gop?: number;
  bFrames?: number;
  hasVideo?: boolean;
  hasAudio?: boolean;
  /** Default AAC. */
  isOpus?: boolean;
  sampleRate?: number;
  /** Default 800. */
  videoBitrateKbps?: number;
}

const log = createLog('test media', 'silent');
/** Looked up once. */
let ffmpeg: Promise<Ffmpeg> | undefined;

/** Media that was already encoded, by request. */
const encoded = new Map<string, Promise<FlvTag[]>>();

/** Encodes testsrc2 and a 440 Hz tone as H.264 + AAC or Opus, as fast as possible. The bodies are shared: read only. */
export async function encodeFlv(what: PictureAndSound): Promise<FlvTag[]> {
  const key = JSON.stringify(Object.entries(what).sort());
  const tags = encoded.get(key) ?? encode(what);
  encoded.set(key, tags);
  return (await tags).map((tag) => ({ ...tag }));
}

async function encode(what: PictureAndSound): Promise<FlvTag[]> {
  const { path } = await (ffmpeg ??= findFfmpeg());
  const encoder = new FfmpegProcess({
    path,
    name: 'test media',
    pipes: { media: 'output' },
    commandLine: (at) => argumentsOf(what, at.media),
    log,
  });
  const demuxer = what.isOpus ? new TsDemuxer() : null;
  const parser = demuxer ?? new FlvParser();
  const tags: FlvTag[] = [];
  for await (const chunk of encoder.output('media') as AsyncIterable<Buffer>) tags.push(...parser.push(chunk));
  await encoder.exited;
  return demuxer ? fromZero([...tags, ...demuxer.flush()]) : tags.filter((tag) => !isSequenceEnd(tag));
}

/** MPEG-TS starts at any time, with packets in multiplexing order. */
function fromZero(tags: readonly FlvTag[]): FlvTag[] {
  const firstMs = Math.min(...tags.filter(({ isConfig }) => !isConfig).map(({ dtsMs }) => dtsMs));
  const moved = tags.map((tag) => ({ ...tag, dtsMs: tag.isConfig ? 0 : Math.floor(tag.dtsMs - firstMs) }));
  return moved.sort((a, b) => a.dtsMs - b.dtsMs || Number(b.isConfig) - Number(a.isConfig));
}

const TICK_MS = 20;

/** Plays tags in real time, over and over on one growing timeline, like an encoder that never stops. */
export class LoopedBroadcast {
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = performance.now();
  readonly #tags: readonly FlvTag[];
  readonly #publisher: Publisher;
  readonly #loopMs: number;
  #next = 0;

  constructor(tags: readonly FlvTag[], publisher: Publisher) {
    const pictures = tags.filter((tag) => tag.kind === 'video' && !tag.isConfig);
    this.#loopMs = Math.round((pictures.length * 1000) / 30);
    // With B-frames the audio starts later than the video and lasts longer; its end is cut off, or it would overlap with the next turn.
    const soundFromMs = tags.find((tag) => tag.kind === 'audio' && !tag.isConfig)?.dtsMs ?? 0;
    this.#tags = tags.filter((tag) => tag.kind !== 'audio' || pictures.length === 0 || tag.dtsMs < soundFromMs + this.#loopMs);
    this.#publisher = publisher;
    this.#timer = setInterval(() => this.#playWhatIsDue(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #playWhatIsDue(): void {
    const nowMs = performance.now() - this.#startedAtMs;
    for (;;) {
      const tag = this.#tags[this.#next % this.#tags.length];
      const dtsMs = (tag?.dtsMs ?? 0) + Math.floor(this.#next / this.#tags.length) * this.#loopMs;
      if (!tag || dtsMs > nowMs) return;
      this.#publisher.write({ ...tag, dtsMs });
      this.#next++;
    }
  }
}

function argumentsOf(what: PictureAndSound, target: string): string[] {
  const {
    seconds,
    size = '640x360',
    gop = 60,
    bFrames = 0,
    hasVideo = true,
    hasAudio = true,
    isOpus = false,
    sampleRate = 48_000,
    videoBitrateKbps = 800,
  } = what;
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${sampleRate}`];
  const rate = `${videoBitrateKbps}k`;
  const x264 = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    `${gop}`,
    '-bf',
    `${bFrames}`,
    '-sc_threshold',
    '0',
    '-b:v',
    rate,
  ];
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
    ...(hasVideo ? picture : []),
    ...(hasAudio ? sound : []),
    ...(hasVideo ? [...x264, '-maxrate', rate, '-bufsize', rate] : []),
    ...(hasAudio ? ['-c:a', isOpus ? 'libopus' : 'aac', '-b:a', '96k', '-ac', '2'] : []),
    ...['-t', `${seconds}`, '-flush_packets', '1'],
    ...(isOpus ? ['-f', 'mpegts'] : ['-f', 'flv', '-flvflags', 'no_duration_filesize']),
    target,
  ];
}
