import { browserCapabilities } from './capabilities';
import { Attempt, type AttemptEnd } from './Attempt';
import type { LatencyPreference } from './latencyTiers';
import type {
  AskBroadcastState,
  Player,
  PlayerOptions,
  PlayerSnapshot,
  PlayerSources,
  PlayerState,
  BroadcastState,
  PlaybackOption,
} from './Player';
import { createEngine, START_WITHIN_MS } from './createEngine';
import { VideoSwap } from './VideoSwap';
import { askPlaylist, pause, waitForBroadcast } from './broadcast';
import { SnapshotStore } from './SnapshotStore';
import { Sound } from './Sound';
import { ladderOf, tiersOf, playbackOptionsOf } from './playbackOptions';
import { FallbackPolicy } from './FallbackPolicy';

/** Between two attempts, ms: what fails at once is not tried in a loop. */
const RETRY_PAUSE_MS = 400;
/** What the server says about a show is up to a second old: asked sooner, a show that has just ended would still be live. */
const STATUS_AGE_MS = 1200;
/** A door that is closed is not knocked at every second. */
const REFUSED_PAUSE_MS = 10_000;
const CLIMB_LOOK_MS = 300;
/** A paused picture whose media keeps coming in is given up after this, and started anew when it goes on. */
const PARK_AFTER_MS = 30_000;
/** Nearer than this to where the player wants to be counts as live, s. */
const EDGE_TOLERANCE_SECONDS = 3;

/** Waits for a show, plays it the best way that works, changes the way behind the picture, and begins again when the show does. */
export class LivePlayer implements Player {
  readonly #store: SnapshotStore<PlayerSnapshot>;
  readonly #sound: Sound;
  readonly #policy = new FallbackPolicy();
  #sources: PlayerSources | null = null;
  #ask: AskBroadcastState = async () => 'absent';
  #screen: VideoSwap | null = null;
  #run = new AbortController();
  #onScreen: Attempt | null = null;
  /** There was a picture of this show: a gap is a stall and not the wait before it. */
  #hasPlayed = false;
  /** The viewer waits for another way: not only when the present one has been steady for a while. */
  #isUrgent = false;
  /** Wound back by this; null: live. */
  #behindSeconds: number | null = null;
  #resumed: (() => void) | null = null;

  constructor({ preference, volume, isMuted }: PlayerOptions) {
    this.#sound = new Sound({ volume, isMuted }, () => this.#follow());
    this.#store = new SnapshotStore<PlayerSnapshot>({
      ...{ state: 'idle', video: null, isPaused: false, volume, isMuted, preference, tiers: [], option: null, nextTier: null },
      ...{ latencySeconds: null, bufferSeconds: null, isAtLiveEdge: false, canSeekBack: false, behindSeconds: null, windowSeconds: null },
      aspect: null,
    });
  }

  getSnapshot(): PlayerSnapshot {
    return this.#store.value;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  attach(place: HTMLElement): void {
    this.#screen?.remove();
    this.#screen = new VideoSwap(place, () => this.#store.patch({ aspect: this.#screen?.aspect ?? null }));
    this.#restart();
  }

  load(sources: PlayerSources, ask: AskBroadcastState = (signal) => askPlaylist(sources.hls, signal)): void {
    this.#ask = ask;
    if (JSON.stringify(sources) === JSON.stringify(this.#sources)) return;
    this.#sources = sources;
    this.#hasPlayed = false;
    this.#behindSeconds = null;
    this.#setLadder(this.getSnapshot().preference);
    this.#restart();
  }

  choose(preference: LatencyPreference): void {
    this.#store.patch({ preference });
    this.#setLadder(preference, { isByHand: true });
    if (this.#onScreen) this.#isUrgent = true;
    else this.#restart();
  }

  pause(): void {
    this.#onScreen?.video.pause();
    this.#follow();
  }

  seekToLive(): void {
    this.#resumed?.();
    if (this.#behindSeconds !== null) this.#isUrgent = true;
    this.#behindSeconds = null;
    const attempt = this.#onScreen;
    if (!attempt) return;
    const { video, measurements } = attempt;
    if (measurements.livePosition !== null) video.currentTime = measurements.livePosition;
    if (video.paused) void this.#sound.give(video);
    this.#follow();
  }

  seekBack(secondsBehind: number): void {
    if (this.#sources?.dvr === undefined) return;
    this.#resumed?.();
    this.#behindSeconds = secondsBehind;
    const { video, option } = this.#onScreen ?? {};
    const end = video && option?.url === this.#sources.dvr && video.seekable.length > 0 ? video.seekable.end(0) : null;
    if (video && end !== null) video.currentTime = Math.max(0, end - secondsBehind);
    else this.#isUrgent = true;
  }

  setSound(sound: { volume?: number; isMuted?: boolean }): void {
    this.#sound.set(sound);
    this.#follow();
  }

  async allowSound(): Promise<void> {
    if (this.#screen) await this.#sound.allow(this.#screen.spare).catch(() => undefined);
    this.#follow();
  }

  destroy(): void {
    this.#run.abort();
    this.#drop();
    this.#screen?.remove();
    this.#screen = null;
    this.#store.close();
  }

  #setLadder(preference: LatencyPreference, options?: { isByHand: boolean }): void {
    if (!this.#sources) return;
    const abilities = browserCapabilities();
    const available = playbackOptionsOf(this.#sources, abilities);
    this.#policy.setLadder(ladderOf(available, preference, abilities), options);
    this.#store.patch({ tiers: tiersOf(available) });
  }

  #restart(): void {
    this.#run.abort();
    this.#drop();
    this.#run = new AbortController();
    if (this.#screen && this.#sources) void this.#live(this.#screen, this.#run.signal);
  }

  async #live(screen: VideoSwap, signal: AbortSignal): Promise<void> {
    if (!this.#hasPlayed) this.#show('waiting');
    while (!signal.aborted) {
      await this.#findPicture(screen, signal);
      const last = await this.#watch(screen, signal);
      if (signal.aborted) return;
      screen.hold();
      this.#drop();
      if (last.end === 'parked') await this.#whenResumed(signal);
      else await this.#diagnose({ option: last.option, end: last.end }, signal);
    }
  }

  /** Until something plays on the screen. */
  async #findPicture(screen: VideoSwap, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#onScreen) {
      await waitForBroadcast(this.#ask, signal, (found) => this.#show(this.#stateWhile(found)));
      const option = this.#policy.best(performance.now());
      if (signal.aborted || !option) return;
      this.#show(this.#hasPlayed ? 'stalled' : 'loading');
      const end = await this.#tryOption(option, { screen, signal });
      if (end === null || signal.aborted) return;
      if (end === 'refused') this.#show('refused');
      await pause(end === 'refused' ? REFUSED_PAUSE_MS : RETRY_PAUSE_MS, signal);
      const isFlat = end === 'broken' || end === 'slow';
      await this.#penalise(option, { isFlat, end }, signal);
    }
  }

  /** Until the picture on the screen is over; changes the way meanwhile where that is better. */
  async #watch(screen: VideoSwap, signal: AbortSignal): Promise<{ option: PlaybackOption | null; end: AttemptEnd | 'parked' }> {
    for (;;) {
      const attempt = this.#onScreen;
      if (!attempt || signal.aborted) return { option: null, end: 'ended' };
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      const end = await Promise.race([attempt.over, this.#improve(screen, both), this.#whenParked(attempt, both)]);
      stop.abort();
      // Whoever takes the screen closes the one before: that is no end of the show.
      if (end !== 'improved' && attempt === this.#onScreen) return { option: attempt.option, end };
    }
  }

  /** Resolves when another way has taken the screen. Never otherwise. */
  async #improve(screen: VideoSwap, signal: AbortSignal): Promise<'improved'> {
    for (;;) {
      await pause(CLIMB_LOOK_MS, signal);
      if (signal.aborted) return new Promise(() => undefined);
      const option = this.#wayToChange();
      this.#isUrgent = false;
      if (!option) continue;
      this.#store.patch({ nextTier: option.tier });
      const end = await this.#tryOption(option, { screen, signal });
      this.#store.patch({ nextTier: null });
      if (end === null) return 'improved';
      if (signal.aborted) continue;
      // Nothing to wind back to: stay live.
      if (option.url === this.#sources?.dvr) this.#behindSeconds = null;
      else this.#policy.failed(option, performance.now());
    }
  }

  #wayToChange(): PlaybackOption | null {
    const attempt = this.#onScreen;
    if (!attempt || attempt.video.paused) return null;
    const nowMs = performance.now();
    const dvr = this.#behindSeconds === null ? undefined : this.#sources?.dvr;
    if (dvr !== undefined) return this.#isUrgent ? { tier: 'stable', transport: 'hls', url: dvr } : null;
    this.#policy.playedWell(attempt.option, attempt.steadySinceMs, nowMs);
    if (this.#isUrgent) return this.#policy.preferred(attempt.option, nowMs);
    // A change of the element would close the little window, and nobody looks at a hidden page.
    if (document.pictureInPictureElement || document.hidden) return null;
    return this.#policy.better(attempt.option, attempt.steadySinceMs, nowMs);
  }

  /** Tries a way; when its picture moves it is on the screen, and null is answered. */
  async #tryOption(option: PlaybackOption, { screen, signal }: { screen: VideoSwap; signal: AbortSignal }): Promise<AttemptEnd | null> {
    const isBehind = this.#onScreen !== null;
    const secondsBehind = option.url === this.#sources?.dvr ? (this.#behindSeconds ?? undefined) : undefined;
    const engine = await createEngine(option, secondsBehind).catch(() => null);
    if (!engine || signal.aborted) return 'broken';
    const attempt = new Attempt({
      option,
      engine,
      video: isBehind ? screen.spare : screen.shown,
      sound: isBehind ? null : this.#sound,
      startWithinMs: START_WITHIN_MS[option.transport],
      onSample: (one) => one === this.#onScreen && this.#follow(),
      onStall: (one) => one === this.#onScreen && this.#policy.stalled(one.option, performance.now()) && (this.#isUrgent = true),
    });
    const close = () => attempt.close();
    signal.addEventListener('abort', close, { once: true });
    const end = await attempt.started;
    signal.removeEventListener('abort', close);
    if (signal.aborted || end !== null) {
      attempt.close();
      return end ?? 'ended';
    }
    this.#putOnScreen(attempt, screen);
    return null;
  }

  #putOnScreen(attempt: Attempt, screen: VideoSwap): void {
    const old = this.#onScreen;
    this.#onScreen = attempt;
    this.#hasPlayed = true;
    screen.show(attempt.video);
    if (old) {
      old.video.muted = true;
      void this.#sound.give(attempt.video);
      old.close();
    }
    this.#store.patch({ video: attempt.video, option: attempt.option, aspect: screen.aspect });
    this.#follow();
  }

  /** The viewer paused for so long that the media would only pile up. HLS is asked for by the page, and stops by itself. */
  async #whenParked({ video, option }: Attempt, signal: AbortSignal): Promise<'parked'> {
    for (let pausedMs = 0; pausedMs < PARK_AFTER_MS;) {
      await pause(CLIMB_LOOK_MS, signal);
      if (signal.aborted) return new Promise(() => undefined);
      pausedMs = video.paused && option.transport !== 'hls' ? pausedMs + CLIMB_LOOK_MS : 0;
    }
    return 'parked';
  }

  async #whenResumed(signal: AbortSignal): Promise<void> {
    this.#store.patch({ isPaused: true });
    await new Promise<void>((resolve) => {
      this.#resumed = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#resumed = null;
    this.#store.patch({ isPaused: false });
  }

  /** Something that played is over: was it the way's fault, or is the show over, or the server away? */
  async #diagnose({ option, end }: { option: PlaybackOption | null; end: AttemptEnd }, signal: AbortSignal): Promise<void> {
    this.#show('stalled');
    await pause(STATUS_AGE_MS, signal);
    if (option) await this.#penalise(option, { isFlat: end === 'stuck', end }, signal);
  }

  /** `isFlat`: not worth another try before it has rested. Nothing is held against a way while there is no show. */
  async #penalise(option: PlaybackOption, { isFlat, end }: { isFlat: boolean; end: AttemptEnd }, signal: AbortSignal): Promise<void> {
    if (signal.aborted || end === 'refused') return;
    const state = await this.#ask(signal).catch((): BroadcastState => 'unreachable');
    if (state !== 'live') return;
    if (isFlat) this.#policy.failed(option, performance.now());
    else this.#policy.stalled(option, performance.now());
  }

  #drop(): void {
    this.#onScreen?.close();
    this.#onScreen = null;
  }

  /** A network that is gone for a moment has not ended the show. */
  #stateWhile(found: Exclude<BroadcastState, 'live'>): PlayerState {
    if (found === 'unreachable' || found === 'paused') return this.#hasPlayed ? 'stalled' : 'waiting';
    return found === 'ended' || this.#hasPlayed ? 'ended' : 'waiting';
  }

  #show(state: PlayerState): void {
    this.#store.patch({ state, option: null, latencySeconds: null, bufferSeconds: null, isAtLiveEdge: false });
  }

  /** What is on the screen, as the page shows it. */
  #follow(): void {
    const { volume, isMuted, isBlocked } = this.#sound;
    this.#store.patch({ volume, isMuted, canSeekBack: this.#sources?.dvr !== undefined, behindSeconds: this.#behindSeconds });
    const attempt = this.#onScreen;
    if (!attempt) return;
    const { video, option, state, measurements } = attempt;
    const { latencySeconds, bufferSeconds, livePosition } = measurements;
    const isDvr = option.url === this.#sources?.dvr;
    const isStill = state === 'stalled';
    this.#store.patch({
      state: isBlocked ? 'soundBlocked' : isStill ? 'stalled' : 'playing',
      isPaused: video.paused && !isBlocked,
      // Tenths are what people can read, and do not draw the page again four times a second.
      // While the picture stands, what was measured grows by itself and means nothing.
      latencySeconds: isStill ? null : tenths(latencySeconds),
      bufferSeconds: tenths(bufferSeconds),
      isAtLiveEdge:
        !isDvr && !isStill && !video.paused && (livePosition === null || livePosition - video.currentTime < EDGE_TOLERANCE_SECONDS),
      windowSeconds: isDvr && video.seekable.length > 0 ? Math.round(video.seekable.end(0) - video.seekable.start(0)) : null,
    });
  }
}

const tenths = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds * 10) / 10);
