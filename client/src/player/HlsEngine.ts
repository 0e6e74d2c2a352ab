import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import type { Engine, EngineEnd } from './Engine';

type HlsClass = typeof Hls;

const CONFIG: Partial<HlsConfig> = {
  lowLatencyMode: true,
  // Two 2 s segments behind the edge: one is being written, one may be late. Parts, where the playlist has them, come nearer by themselves.
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  // Lag is caught up by playing 5 % faster, which nobody hears, instead of jumping.
  maxLiveSyncPlaybackRate: 1.05,
  liveDurationInfinity: true,
  backBufferLength: 30,
  maxBufferLength: 15,
  // Trouble is ours to handle: the player starts anew when the playlist is back.
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 6000,
      maxLoadTimeMs: 10_000,
      timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 2, retryDelayMs: 1000, maxRetryDelayMs: 2000 },
    },
  },
};

/** A decoder that fails again this soon is not helped by asking it once more. */
const RECOVER_EVERY_MS = 5000;

/** HLS over Media Source Extensions. The library is loaded when the first show is. */
export class HlsEngine implements Engine {
  readonly #library: HlsClass;
  readonly #abort = new AbortController();
  #hls: Hls | null = null;
  #recoveredAtMs = Number.NEGATIVE_INFINITY;

  private constructor(library: HlsClass) {
    this.#library = library;
  }

  /** null: this browser has no Media Source Extensions. */
  static async load(): Promise<(() => HlsEngine) | null> {
    const { default: library } = await import('hls.js');
    return library.isSupported() ? () => new HlsEngine(library) : null;
  }

  start(video: HTMLVideoElement, url: string, onEnd: (why: EngineEnd) => void): void {
    const hls = new this.#library(CONFIG);
    this.#hls = hls;
    hls.on(this.#library.Events.ERROR, (_event, data) => this.#handle(data, onEnd));
    video.addEventListener('ended', () => onEnd('ended'), { signal: this.#abort.signal });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  latencySeconds(): number | null {
    const latency = this.#hls?.latency ?? 0;
    return latency > 0 ? latency : null;
  }

  livePosition(): number | null {
    return this.#hls?.liveSyncPosition ?? null;
  }

  stop(): void {
    this.#abort.abort();
    this.#hls?.destroy();
    this.#hls = null;
  }

  #handle({ fatal, type }: ErrorData, onEnd: (why: EngineEnd) => void): void {
    if (!fatal) return;
    const isMedia = type === this.#library.ErrorTypes.MEDIA_ERROR;
    const nowMs = performance.now();
    if (!isMedia || nowMs - this.#recoveredAtMs < RECOVER_EVERY_MS) return onEnd('broken');
    this.#recoveredAtMs = nowMs;
    this.#hls?.recoverMediaError();
  }
}
