import type { Player, PlayerSnapshot, PlayerSources, PlayerState } from './contract';
import type { Engine, EngineEnd } from './Engine';
import { HlsEngine } from './HlsEngine';
import { NativeEngine } from './NativeEngine';
import { Playback } from './Playback';
import { waitForShow } from './playlist';

/** A picture that stands still this long will not come back by itself: start anew. */
const RESTART_AFTER_MS = 10_000;
/** An engine that breaks at once (a playlist that cannot be played) is not started in a loop. */
const RESTART_PAUSE_MS = 1000;
/** Nearer than this to where the player wants to be counts as live, s. */
const EDGE_TOLERANCE_SECONDS = 3;

const IDLE: PlayerSnapshot = { state: 'idle', latencySeconds: null, isAtLiveEdge: false };

/** Plays an HLS show: waits for its start, plays until it ends or breaks, and begins again. */
export class HlsPlayer implements Player {
  readonly #listeners = new Set<() => void>();
  #snapshot = IDLE;
  #video: HTMLVideoElement | null = null;
  #url: string | null = null;
  #run = new AbortController();
  #engine: Engine | null = null;
  #playback: Playback | null = null;
  /** There was a show, and it is over: until the next one. */
  #hasPlayed = false;

  getSnapshot(): PlayerSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  attach(video: HTMLVideoElement): void {
    if (video === this.#video) return;
    this.#video = video;
    this.#restart();
  }

  load({ hls }: PlayerSources): void {
    if (hls === this.#url) return;
    this.#url = hls;
    this.#hasPlayed = false;
    this.#restart();
  }

  seekToLive(): void {
    const video = this.#video;
    const position = video && this.#engine?.livePosition(video);
    if (video && position != null) video.currentTime = position;
    if (video?.paused) void video.play().catch(() => undefined);
  }

  async allowSound(): Promise<void> {
    await this.#playback?.allowSound();
  }

  destroy(): void {
    this.#run.abort();
    this.#video = null;
    this.#url = null;
    this.#update(IDLE);
    this.#listeners.clear();
  }

  #restart(): void {
    this.#run.abort();
    this.#run = new AbortController();
    if (this.#video && this.#url !== null) void this.#playForever(this.#video, this.#url, this.#run.signal);
  }

  async #playForever(video: HTMLVideoElement, url: string, signal: AbortSignal): Promise<void> {
    if (this.#snapshot.state === 'idle') this.#show('waiting');
    const createEngine = await chooseEngine();
    while (!signal.aborted) {
      await waitForShow(url, signal, (found) => this.#show(this.#stateWhile(found)));
      if (signal.aborted) return;
      this.#show('loading');
      const why = await this.#playOnce(createEngine(), { video, url, signal });
      if (why === 'broken' && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
    }
  }

  /** A network that is gone for a moment has not ended the show. */
  #stateWhile(found: 'absent' | 'unreachable' | 'ended'): PlayerState {
    if (found === 'unreachable') return this.#hasPlayed ? 'stalled' : 'waiting';
    return found === 'ended' || this.#hasPlayed ? 'ended' : 'waiting';
  }

  /** Resolves when the show has ended, or when it must be started anew. */
  async #playOnce(
    engine: Engine,
    { video, url, signal }: { video: HTMLVideoElement; url: string; signal: AbortSignal },
  ): Promise<EngineEnd> {
    this.#engine = engine;
    try {
      return await new Promise<EngineEnd>((resolve) => {
        signal.addEventListener('abort', () => resolve('ended'), { once: true });
        engine.start(video, url, resolve);
        this.#playback = new Playback(video, (state, stillForMs) => {
          this.#follow(state, engine, video);
          if (stillForMs > RESTART_AFTER_MS) resolve('broken');
        });
      });
    } finally {
      this.#playback?.close();
      this.#playback = null;
      engine.stop();
      this.#engine = null;
    }
  }

  #follow(state: PlayerState, engine: Engine, video: HTMLVideoElement): void {
    if (state === 'playing' || state === 'soundBlocked') this.#hasPlayed = true;
    const latency = engine.latencySeconds(video);
    const position = engine.livePosition(video);
    this.#update({
      state,
      // Tenths are what people can read, and do not draw the page again four times a second.
      latencySeconds: latency === null ? null : Math.round(latency * 10) / 10,
      isAtLiveEdge: position !== null && position - video.currentTime < EDGE_TOLERANCE_SECONDS,
    });
  }

  #show(state: PlayerState): void {
    this.#update({ state, latencySeconds: null, isAtLiveEdge: false });
  }

  #update(next: PlayerSnapshot): void {
    const { state, latencySeconds, isAtLiveEdge } = this.#snapshot;
    if (next.state === state && next.latencySeconds === latencySeconds && next.isAtLiveEdge === isAtLiveEdge) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }
}

/** Media Source Extensions first: they tell the latency and catch up by themselves. Safari on iPhones plays HLS only by itself. */
async function chooseEngine(): Promise<() => Engine> {
  return (await HlsEngine.load()) ?? (() => new NativeEngine());
}
