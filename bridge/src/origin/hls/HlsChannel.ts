import type { Log } from '@lianmai/kit';
import { FormatError, type FlvTag } from '../../formats/index.js';
import type { Stream } from '../../stream/index.js';
import { masterPlaylist, mediaPlaylist } from './playlist.js';
import { Segmenter, type MediaSegment } from './Segmenter.js';
import { SegmentWindow, type WindowOptions } from './SegmentWindow.js';
import { Viewers } from './Viewers.js';

export interface HlsOptions extends WindowOptions {
  /** Length that segments are cut to, at key frames. */
  targetMs: number;
}

/** What the packager's own queue may hold; it reads at once, so this is met only when the process is in trouble. */
const QUEUE = { maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 15_000 };

/** What one name shows to HLS players, through all broadcasts under it: packages the stream that is on now, keeps the end of the one that was. */
export class HlsChannel {
  readonly viewers = new Viewers();
  readonly #window: SegmentWindow;
  readonly #options: HlsOptions;
  readonly #log: Log;
  /** Stream time → time of day; taken with the first tag of a presentation. */
  #epochOffsetMs: number | null = null;

  constructor(options: HlsOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#window = new SegmentWindow(options, options.targetMs);
  }

  /** Packages the stream until it ends (then the playlist does) or `signal` aborts. */
  async run(stream: Stream, signal: AbortSignal): Promise<void> {
    const reader = stream.createReader({ name: 'hls', ...QUEUE, startWithGop: true });
    const segmenter = new Segmenter(this.#options, (segment) => this.#publish(segment));
    this.#epochOffsetMs = null;
    try {
      for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) for (const tag of tags) this.#push(segmenter, tag);
      segmenter.flush();
      this.#window.end();
    } finally {
      void reader.close('packager ended');
    }
  }

  get isEnded(): boolean {
    return this.#window.isEnded;
  }

  get hasVideo(): boolean {
    return this.#window.presentation?.video != null;
  }

  /** Null before the first segment. */
  masterPlaylist(mediaUri: string): string | null {
    return masterPlaylist(this.#window, mediaUri);
  }

  mediaPlaylist(): string | null {
    return this.#window.presentation && mediaPlaylist(this.#window);
  }

  segment(sequence: number): Buffer | undefined {
    return this.#window.segment(sequence)?.bytes;
  }

  init(sequence: number): Buffer | undefined {
    return this.#window.init(sequence);
  }

  #push(segmenter: Segmenter, tag: FlvTag): void {
    this.#epochOffsetMs ??= tag.kind === 'data' || tag.isConfig ? null : Date.now() - tag.dtsMs;
    try {
      segmenter.push(tag);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#log.warn({ err: error }, 'media that HLS cannot carry');
    }
  }

  #publish(segment: MediaSegment): void {
    if (segment.isDiscontinuous) this.#epochOffsetMs = Date.now() - segment.startMs - segment.durationMs;
    this.#window.push(segment, (this.#epochOffsetMs ?? 0) + segment.startMs);
  }
}
