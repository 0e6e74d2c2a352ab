import { askPlaylist } from './broadcast';
import { browserCapabilities } from './capabilities';
import { fallbackOrderOf } from './fallbackOrder';
import { FallbackPolicy } from './FallbackPolicy';
import type { LatencyPreference, Tier } from './latencyTiers';
import { playbackOptionsOf, tiersOf } from './playbackOptions';
import { PlaybackLoop, type LoadedBroadcast } from './PlaybackLoop';
import type { AskBroadcastState, PlaybackOption, Player, PlayerOptions, PlayerSnapshot, PlayerSources } from './Player';
import { snapshotOf, type Phase } from './playerSnapshot';
import { PlayerView } from './PlayerView';
import { SnapshotStore } from './SnapshotStore';
import { Sound } from './Sound';
import { initialIntent, nextIntent, type ViewerEvent, type ViewerIntent } from './viewerIntent';

export const createPlayer = (options: PlayerOptions): Player => new LivePlayer(options);

/** Turns the page's calls into intents, lets a loop carry them out in a view, and publishes the result. */
class LivePlayer implements Player {
  readonly #snapshots: SnapshotStore<PlayerSnapshot>;
  readonly #intents: SnapshotStore<ViewerIntent>;
  readonly #sound: Sound;
  readonly #policy = new FallbackPolicy();
  #broadcast: LoadedBroadcast | null = null;
  #view: PlayerView | null = null;
  #run = new AbortController();
  #phase: Phase = { state: 'idle', option: null };
  #tiers: readonly Tier[] = [];

  constructor({ preference, volume, isMuted }: PlayerOptions) {
    this.#sound = new Sound({ volume, isMuted }, () => this.#publish());
    this.#intents = new SnapshotStore(initialIntent(preference));
    this.#snapshots = new SnapshotStore(this.#snapshot());
    this.#intents.subscribe(() => this.#publish());
  }

  getSnapshot(): PlayerSnapshot {
    return this.#snapshots.value;
  }

  subscribe(listener: () => void): () => void {
    return this.#snapshots.subscribe(listener);
  }

  attach(place: HTMLElement): void {
    this.#view?.remove();
    this.#view = new PlayerView(place, {
      sound: this.#sound,
      onChange: () => this.#publish(),
      onPromote: () => this.#notePlayed(),
      onStall: (option) => this.#noteStall(option),
    });
    this.#restart();
  }

  load(sources: PlayerSources, ask: AskBroadcastState = (signal) => askPlaylist(sources.hls, signal)): void {
    if (this.#broadcast && JSON.stringify(sources) === JSON.stringify(this.#broadcast.sources)) {
      this.#broadcast.ask = ask;
      return;
    }
    this.#broadcast = { sources, ask, hasPlayed: false };
    this.#dispatch({ type: 'broadcastLoaded' });
    this.#setOrder();
    this.#restart();
  }

  choose(preference: LatencyPreference): void {
    const isPlaying = this.#view?.active != null;
    this.#dispatch({ type: 'preferenceChosen', preference, isPlaying });
    this.#setOrder({ isByHand: true });
    if (!isPlaying) this.#restart();
  }

  pause(): void {
    this.#view?.active?.video.pause();
    this.#publish();
  }

  seekToLive(): void {
    this.#dispatch({ type: 'liveRequested' });
    const active = this.#view?.active;
    if (!active) return;
    const { video, measurements } = active;
    if (measurements.livePosition !== null) video.currentTime = measurements.livePosition;
    if (video.paused) void this.#sound.give(video);
    this.#publish();
  }

  seekBack(behindSeconds: number): void {
    const dvrUrl = this.#broadcast?.sources.dvr;
    if (dvrUrl === undefined) return;
    const { video, option } = this.#view?.active ?? {};
    const end = video && option?.url === dvrUrl && video.seekable.length > 0 ? video.seekable.end(0) : null;
    if (video && end !== null) video.currentTime = Math.max(0, end - behindSeconds);
    this.#dispatch({ type: 'rewindRequested', behindSeconds, isInWindow: end !== null });
  }

  setSound(sound: { volume?: number; isMuted?: boolean }): void {
    this.#sound.set(sound);
    this.#publish();
  }

  async allowSound(): Promise<void> {
    if (this.#view) await this.#sound.allow(this.#view.spareVideo).catch(() => undefined);
    this.#publish();
  }

  destroy(): void {
    this.#run.abort();
    this.#view?.remove();
    this.#view = null;
    this.#snapshots.close();
  }

  #dispatch(event: ViewerEvent): void {
    this.#intents.patch(nextIntent(this.#intents.value, event));
  }

  #setOrder(options?: { isByHand: boolean }): void {
    if (!this.#broadcast) return;
    const capabilities = browserCapabilities();
    const available = playbackOptionsOf(this.#broadcast.sources, capabilities);
    this.#policy.setOrder(fallbackOrderOf(available, this.#intents.value.preference, capabilities), options);
    this.#tiers = tiersOf(available);
    this.#publish();
  }

  #restart(): void {
    this.#run.abort();
    this.#view?.clear();
    this.#run = new AbortController();
    this.#dispatch({ type: 'restarted' });
    if (!this.#view || !this.#broadcast) return;
    const loop = new PlaybackLoop({
      broadcast: this.#broadcast,
      view: this.#view,
      policy: this.#policy,
      intents: this.#intents,
      dispatch: (event) => this.#dispatch(event),
      onPhase: (phase) => this.#setPhase(phase),
      signal: this.#run.signal,
    });
    void loop.run();
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#publish();
  }

  #notePlayed(): void {
    if (this.#broadcast) this.#broadcast.hasPlayed = true;
  }

  #noteStall(option: PlaybackOption): void {
    if (this.#policy.stalled(option, performance.now())) this.#dispatch({ type: 'stalledTooOften' });
  }

  #publish(): void {
    this.#snapshots.patch(this.#snapshot());
  }

  #snapshot(): PlayerSnapshot {
    return snapshotOf({
      phase: this.#phase,
      active: this.#view?.active ?? null,
      intent: this.#intents.value,
      sound: this.#sound,
      tiers: this.#tiers,
      nextTier: this.#view?.nextTier ?? null,
      video: this.#view?.video ?? null,
      aspect: this.#view?.aspect ?? null,
      dvrUrl: this.#broadcast?.sources.dvr ?? null,
    });
  }
}
