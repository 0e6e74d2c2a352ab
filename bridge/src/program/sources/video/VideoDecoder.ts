import { backoffMs, StallWatch, type Log } from '@lianmai/kit';
import type { VideoCodec } from '@lianmai/protocol';
import { decoderNiceness, nowMs } from '../../../runtime/index.js';
import { FfmpegProcess, type Ffmpeg, type ProcessExit } from '../../../media/ffmpeg/index.js';
import type { EncodedFrame } from '../../../media/rtp/index.js';
import type { FramePool } from './FramePool.js';
import { RawFrameReader, parseShowinfo, type RawFrame } from './RawFrameReader.js';
import { ivfFrame, ivfHeader } from '../../../media/formats/index.js';
import { widthExpression, type TileSize } from './decodedWidth.js';

export interface VideoDecoderOptions<Tag> {
  ffmpeg: Pick<Ffmpeg, 'path'>;
  /** For the log. */
  name: string;
  codec: VideoCodec;
  tile: TileSize | null;
  pool: FramePool;
  log: Log;
  /** A decoded frame and the tag that was passed with its encoded frame. */
  onFrame: (frame: RawFrame, tag: Tag) => void;
  /** Decoding is impossible until a key frame arrives. */
  onKeyFrameNeeded: () => void;
}

/** Timestamps only identify frames (`tags` knows their times), so they count frames: a jump of the sender's clock never reaches FFmpeg. */
const IVF_RATE = 30;
const MAX_TAGS = 300;
/** With this much unread input the decoder is stuck. */
const MAX_QUEUED_BYTES = 4 << 20;
/** A decoder that is fed and returns no frame for so long has hung (see StallWatch). It owes none when it was not fed just now. */
const STALL_MS = 3000;
const IDLE_MS = 1000;
/** A decoder that lived this long was healthy: the next one starts at once. */
const HEALTHY_MS = 5000;
const BACKOFF = { firstMs: 250, maxMs: 5000 };
/** The most a publisher can make the decoder allocate: 4096 x 4096. */
const MAX_PIXELS = 1 << 24;

/**
 * One supervised FFmpeg that decodes one source, scaled to its tile and rescaled while it runs. It decodes one codec from any number of consecutive senders.
 * When it dies the next one starts at once, then with backoff, and a key frame restores the video.
 */
export class VideoDecoder<Tag> {
  readonly #options: VideoDecoderOptions<Tag>;
  readonly #tags = new Map<number, Tag>();
  readonly #stallWatch: StallWatch;
  #process: FfmpegProcess<'ivf' | 'raw'> | null = null;
  #tile: TileSize | null;
  #nextPts = 0;
  #needsKeyFrame = true;
  #startedAtMs = 0;
  #fedAtMs = 0;
  #failures = 0;
  #restarts = 0;
  #framesDecoded = 0;
  #pastCpuSeconds = 0;
  #respawn: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: VideoDecoderOptions<Tag>) {
    this.#options = options;
    this.#tile = options.tile;
    this.#stallWatch = new StallWatch({
      task: null,
      limitMs: STALL_MS,
      isDue: () => nowMs() - this.#fedAtMs < IDLE_MS,
      onStalled: (stall) => {
        options.log.warn({ decoder: options.name, ...stall }, 'the decoder hangs; replacing it');
        this.#process?.kill('SIGKILL');
      },
    });
    this.#start();
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get framesDecoded(): number {
    return this.#framesDecoded;
  }

  /** When the current process was started. */
  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** CPU of all its processes, seconds. */
  cpuSeconds(): number {
    return this.#pastCpuSeconds + (this.#process?.cpuSeconds() ?? 0);
  }

  rssBytes(): number {
    return this.#process?.rssBytes() ?? 0;
  }

  setTile(tile: TileSize | null): void {
    const before = widthExpression(this.#tile);
    this.#tile = tile;
    const expression = widthExpression(tile);
    if (expression !== before) this.#process?.stdin.write(`cscale@tile -1 w ${expression}\n`);
  }

  /** Returns false if the frame was not taken: there is no decoder now, or it needs a key frame first. */
  decode(frame: EncodedFrame, tag: Tag): boolean {
    const input = this.#process?.input('ivf');
    if (!input) return false;
    if (input.writableLength > MAX_QUEUED_BYTES) this.#needsKeyFrame = true;
    if (this.#needsKeyFrame && (!frame.isKeyFrame || input.writableLength > MAX_QUEUED_BYTES)) {
      this.#options.onKeyFrameNeeded();
      return false;
    }
    this.#needsKeyFrame = false;
    const pts = this.#nextPts++;
    this.#tags.set(pts, tag);
    this.#tags.delete(pts - MAX_TAGS);
    input.write(ivfFrame(frame, pts));
    this.#fedAtMs = nowMs();
    return true;
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#respawn);
    this.#stallWatch.close();
    const process = this.#process;
    this.#process = null;
    if (!process) return;
    this.#pastCpuSeconds += process.cpuSeconds();
    await process.close(reason);
  }

  #start(): void {
    this.#startedAtMs = nowMs();
    this.#needsKeyFrame = true;
    this.#tags.clear();
    try {
      const process = this.#spawn();
      this.#process = process;
      this.#stallWatch.watch(process.pid === undefined ? null : { pid: process.pid });
      void process.exited.then((exit) => this.#replace(process, exit));
    } catch (error) {
      this.#startAnother({ code: null, signal: null, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #spawn(): FfmpegProcess<'ivf' | 'raw'> {
    const { ffmpeg, name, codec, log, pool } = this.#options;
    const reader = new RawFrameReader(pool, (frame) => this.#deliver(frame));
    const onLine = (line: string): boolean => {
      const info = parseShowinfo(line);
      if (info) reader.announce(info);
      return info !== null || line.includes('showinfo');
    };
    const commandLine = (at: Record<'ivf' | 'raw', string>) => decoderArgs(at, this.#tile);
    const pipes = { ivf: 'socket', raw: 'output' } as const;
    const process = new FfmpegProcess({ path: ffmpeg.path, name, pipes, commandLine, log, onLine, niceness: decoderNiceness() });
    process.readInto('raw', reader);
    process.input('ivf').write(ivfHeader(codec, IVF_RATE));
    return process;
  }

  #deliver(frame: RawFrame): void {
    if (this.#isClosed) return;
    this.#stallWatch.alive();
    this.#framesDecoded++;
    const tag = this.#tags.get(frame.pts);
    this.#tags.delete(frame.pts);
    if (tag === undefined) this.#options.pool.give(frame.data);
    else this.#options.onFrame(frame, tag);
  }

  #replace(process: FfmpegProcess<'ivf' | 'raw'>, exit: ProcessExit): void {
    if (this.#process !== process) return;
    this.#pastCpuSeconds += process.cpuSeconds();
    this.#process = null;
    this.#startAnother(exit);
  }

  #startAnother({ code, signal, error }: ProcessExit): void {
    this.#restarts++;
    if (nowMs() - this.#startedAtMs > HEALTHY_MS) this.#failures = 0;
    const waitMs = this.#failures === 0 ? 0 : backoffMs(BACKOFF, this.#failures - 1);
    this.#failures++;
    this.#options.log.warn({ decoder: this.#options.name, code, signal, err: error, waitMs }, 'the decoder ended; starting another');
    this.#respawn = setTimeout(() => this.#restart(), waitMs);
  }

  #restart(): void {
    this.#start();
    this.#options.onKeyFrameNeeded();
  }
}

/**
 * `-threads 1 -flags low_delay` avoids any frame of latency; threads for filters and the raw "encoder" would only pass frames around. `-reinit_filter 0` and
 * `eval=frame` keep the graph when the size changes. `-stats_period` sets how often newer versions look for commands, which come through stdin (hence no
 * -nostdin).
 */
function decoderArgs(at: Readonly<Record<'ivf' | 'raw', string>>, tile: TileSize | null): string[] {
  const scale = `scale@tile=w='${widthExpression(tile)}':h=-2:eval=frame:flags=fast_bilinear`;
  return [
    ...['-v', 'info', '-nostats', '-hide_banner', '-stats_period', '0.05'],
    ...['-filter_threads', '1', '-threads', '1', '-reinit_filter', '0', '-flags', 'low_delay', '-max_pixels', String(MAX_PIXELS)],
    ...['-probesize', '32', '-analyzeduration', '0', '-f', 'ivf', '-i', at.ivf],
    ...['-map', '0:v', '-vf', `${scale},format=yuv420p,showinfo=checksum=0`, '-fps_mode', 'passthrough', '-copyts'],
    ...['-threads', '1', '-f', 'rawvideo', at.raw],
  ];
}
