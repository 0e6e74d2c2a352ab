import type Mpegts from 'mpegts.js';
import { bufferAhead, endForHttpStatus, type PlaybackEngine, type EngineEnd, type Measurements } from './PlaybackEngine';
import { RateController } from './RateController';

type Library = typeof Mpegts;

/**
 * Delay before media reaches this buffer, beyond the network's: the server's batching (100 ms at most, half that on average) and the
 * demuxer.
 */
const DELIVERY_SECONDS = 0.1;

/** Plays FLV over WebSocket or HTTP through Media Source Extensions. The library is loaded on first use. */
export class FlvEngine implements PlaybackEngine {
  readonly #library: Library;
  readonly #url: string;
  readonly #abort = new AbortController();
  readonly #rate = new RateController();
  #player: Mpegts.Player | null = null;
  #wasStill = true;

  private constructor(library: Library, url: string) {
    this.#library = library;
    this.#url = url;
  }

  static async load(): Promise<(url: string) => FlvEngine> {
    const { default: library } = await import('mpegts.js');
    library.LoggingControl.enableAll = false;
    return (url) => new FlvEngine(library, url);
  }

  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void {
    const { Events } = this.#library;
    if (!this.#library.isSupported()) return onEnd('broken');
    const player = this.#library.createPlayer(
      { type: 'flv', isLive: true, url: this.#url },
      // No stash: every chunk goes straight to the decoder. RateController sets the speed, so the library must not.
      { enableStashBuffer: false, liveSync: false, liveBufferLatencyChasing: false, autoCleanupSourceBuffer: true, lazyLoad: false },
    );
    this.#player = player;
    player.on(Events.ERROR, (_type: string, _detail: string, info: { code?: number } | undefined) => onEnd(endForHttpStatus(info?.code)));
    player.on(Events.LOADING_COMPLETE, () => onEnd('ended'));
    video.addEventListener('error', () => onEnd('broken'), { signal: this.#abort.signal });
    player.attachMediaElement(video);
    player.load();
  }

  sample(video: HTMLVideoElement, isStill: boolean): Measurements {
    const buffer = bufferAhead(video);
    if (buffer === null) return { latencySeconds: null, bufferSeconds: null, livePosition: null };
    const livePosition = Math.max(0, video.currentTime + buffer - this.#rate.targetSeconds);
    this.#steer(video, { buffer, isStill, livePosition });
    return { latencySeconds: buffer + DELIVERY_SECONDS, bufferSeconds: buffer, livePosition };
  }

  stop(): void {
    this.#abort.abort();
    this.#player?.destroy();
    this.#player = null;
  }

  #steer(video: HTMLVideoElement, { buffer, isStill, livePosition }: { buffer: number; isStill: boolean; livePosition: number }): void {
    // The viewer paused and expects to fall behind.
    if (video.paused) return;
    if (isStill && !this.#wasStill) this.#rate.stalled();
    this.#wasStill = isStill;
    const { rate, isJump } = this.#rate.update(buffer, performance.now());
    if (isJump) video.currentTime = livePosition;
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }
}
