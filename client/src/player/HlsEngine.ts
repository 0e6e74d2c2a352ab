import type Hls from 'hls.js';
import type { ErrorData, HlsConfig } from 'hls.js';
import { bufferAhead, endForHttpStatus, type PlaybackEngine, type EngineEnd, type Measurements } from './PlaybackEngine';
import { hlsLatencySeconds } from './latencyEstimate';

type HlsClass = typeof Hls;

const COMMON: Partial<HlsConfig> = {
  liveDurationInfinity: true,
  backBufferLength: 30,
  // The player handles failures itself and starts over when the playlist is back.
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 6000,
      maxLoadTimeMs: 10_000,
      timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 2, retryDelayMs: 1000, maxRetryDelayMs: 2000 },
    },
  },
};

/**
 * Plays parts where the playlist offers them. The server decides how close to the edge that may be (PART-HOLD-BACK); setting
 * `liveSyncDuration` would override it.
 */
const BALANCED: Partial<HlsConfig> = {
  ...COMMON,
  lowLatencyMode: true,
  // Catches up by playing 5 % faster, which nobody hears, instead of jumping.
  maxLiveSyncPlaybackRate: 1.05,
  maxBufferLength: 15,
};

/** Plays whole segments. */
const WHOLE_SEGMENTS: Partial<HlsConfig> = {
  ...COMMON,
  lowLatencyMode: false,
  maxLiveSyncPlaybackRate: 1,
  maxBufferLength: 30,
};

/**
 * Two and a half segments of buffer survive a network gap of several seconds. HOLD-BACK asks for three, which adds a second of latency with
 * 2 s segments.
 */
const STABLE: Partial<HlsConfig> = { ...WHOLE_SEGMENTS, liveSyncDurationCount: 2.5 };

/** Rewound playback stays where it was put. */
const rewound = (secondsBehind: number): Partial<HlsConfig> => ({
  ...WHOLE_SEGMENTS,
  liveSyncDuration: secondsBehind,
});

/** If the decoder fails again this soon, recovering it once more does not help. */
const RECOVER_EVERY_MS = 5000;

interface HlsPlaybackOptions {
  url: string;
  isStable: boolean;
  /** Start this far behind live. */
  secondsBehind?: number;
}

/** Plays HLS through Media Source Extensions. The library is loaded on first use. */
export class HlsEngine implements PlaybackEngine {
  readonly #library: HlsClass;
  readonly #preference: HlsPlaybackOptions;
  readonly #abort = new AbortController();
  #hls: Hls | null = null;
  #recoveredAtMs = Number.NEGATIVE_INFINITY;

  private constructor(library: HlsClass, preference: HlsPlaybackOptions) {
    this.#library = library;
    this.#preference = preference;
  }

  /** Resolves with null if this browser has no Media Source Extensions. */
  static async load(): Promise<((preference: HlsPlaybackOptions) => HlsEngine) | null> {
    const { default: library } = await import('hls.js');
    return library.isSupported() ? (preference) => new HlsEngine(library, preference) : null;
  }

  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void {
    const { url, isStable, secondsBehind } = this.#preference;
    const hls = new this.#library(secondsBehind !== undefined ? rewound(secondsBehind) : isStable ? STABLE : BALANCED);
    this.#hls = hls;
    hls.on(this.#library.Events.ERROR, (_event, data) => this.#handle(data, onEnd));
    video.addEventListener('ended', () => onEnd('ended'), { signal: this.#abort.signal });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  sample(video: HTMLVideoElement): Measurements {
    const hls = this.#hls;
    const toEdge = hls && hls.latency > 0 ? hls.latency : null;
    return {
      latencySeconds: hlsLatencySeconds(toEdge, hls?.playingDate?.getTime() ?? null, Date.now()),
      bufferSeconds: bufferAhead(video),
      livePosition: this.#preference.secondsBehind === undefined ? (hls?.liveSyncPosition ?? null) : null,
    };
  }

  stop(): void {
    this.#abort.abort();
    this.#hls?.destroy();
    this.#hls = null;
  }

  #handle({ fatal, type, response }: ErrorData, onEnd: (why: EngineEnd) => void): void {
    if (!fatal) return;
    const isMedia = type === this.#library.ErrorTypes.MEDIA_ERROR;
    const nowMs = performance.now();
    if (!isMedia || nowMs - this.#recoveredAtMs < RECOVER_EVERY_MS) return onEnd(endForHttpStatus(response?.code));
    this.#recoveredAtMs = nowMs;
    this.#hls?.recoverMediaError();
  }
}
