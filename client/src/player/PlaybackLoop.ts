import type { Attempt, AttemptEnd } from './Attempt';
import { waitForBroadcast } from './broadcast';
import type { FallbackPolicy } from './FallbackPolicy';
import { pause } from './pause';
import type { AskBroadcastState, BroadcastState, PlaybackOption, PlayerSources, PlayerState } from './Player';
import type { Phase } from './playerSnapshot';
import type { PlayerView } from './PlayerView';
import type { SnapshotStore } from './SnapshotStore';
import type { ViewerEvent, ViewerIntent } from './viewerIntent';

/** Between two attempts, so that an option that fails at once is not retried in a tight loop. */
const RETRY_PAUSE_MS = 400;
/** Backoff after 401 or 403. */
const REFUSED_PAUSE_MS = 10_000;
/** The server's status is up to a second old. Asked sooner, it would call a broadcast live that has just ended. */
const STATUS_AGE_MS = 1200;
const CHECK_EVERY_MS = 300;
/** A paused picture that keeps receiving media is closed after this, and started again on resume. */
const PARK_AFTER_MS = 30_000;

/** The broadcast that is loaded. */
export interface LoadedBroadcast {
  readonly sources: PlayerSources;
  ask: AskBroadcastState;
  /** A gap is a stall once it has played, and part of the wait before that. */
  hasPlayed: boolean;
}

interface PlaybackLoopOptions {
  broadcast: LoadedBroadcast;
  view: PlayerView;
  policy: FallbackPolicy;
  intents: SnapshotStore<ViewerIntent>;
  dispatch: (event: ViewerEvent) => void;
  onPhase: (phase: Phase) => void;
  signal: AbortSignal;
}

interface PictureEnd {
  option: PlaybackOption | null;
  end: AttemptEnd | 'parked';
}

/**
 * Carries out what the viewer wants: waits for the broadcast, plays it, switches options behind the picture, and starts over after a break.
 */
export class PlaybackLoop {
  readonly #options: PlaybackLoopOptions;

  constructor(options: PlaybackLoopOptions) {
    this.#options = options;
  }

  /** Resolves when the signal aborts. */
  async run(): Promise<void> {
    const { broadcast, signal } = this.#options;
    if (!broadcast.hasPlayed) this.#show('waiting');
    while (!signal.aborted) {
      await this.#startPicture();
      const last = await this.#followPicture();
      if (signal.aborted) return;
      if (last.end === 'parked') await this.#park(last.option);
      else await this.#diagnose(last.option, last.end);
    }
  }

  /** Waits for the broadcast and tries options until one plays. */
  async #startPicture(): Promise<void> {
    const { broadcast, view, policy, signal } = this.#options;
    while (!signal.aborted && !view.active) {
      await waitForBroadcast(broadcast.ask, signal, (found) => this.#show(this.#stateFor(found)));
      const option = policy.best(performance.now());
      if (signal.aborted || !option) return;
      this.#show(broadcast.hasPlayed ? 'stalled' : 'loading');
      const end = await this.#try(option, signal);
      if (end === null || signal.aborted) return;
      if (end === 'refused') this.#show('refused');
      await pause(end === 'refused' ? REFUSED_PAUSE_MS : RETRY_PAUSE_MS, signal);
      await this.#penalise(option, end, { isFailure: end === 'broken' || end === 'slow' });
    }
  }

  /** Follows the active picture to its end, across switches to better options. */
  async #followPicture(): Promise<PictureEnd> {
    const { view, signal } = this.#options;
    for (;;) {
      const { active } = view;
      if (!active || signal.aborted) return { option: null, end: 'ended' };
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const end = await Promise.race([active.over, this.#switchToBetter(either), this.#pauseTimeout(active, either)]);
      stop.abort();
      // Promoting an attempt closes the one before it, which does not end the broadcast.
      if (end !== 'switched' && end !== 'aborted' && active === view.active) return { option: active.option, end };
    }
  }

  async #switchToBetter(signal: AbortSignal): Promise<'switched' | 'aborted'> {
    const { broadcast, policy, dispatch } = this.#options;
    for (;;) {
      await pause(CHECK_EVERY_MS, signal);
      if (signal.aborted) return 'aborted';
      const option = this.#betterOption();
      dispatch({ type: 'switchConsidered' });
      if (!option) continue;
      const end = await this.#try(option, signal);
      if (end === null) return 'switched';
      if (signal.aborted) continue;
      if (option.url === broadcast.sources.dvr) dispatch({ type: 'rewindFailed' });
      else policy.failed(option, performance.now());
    }
  }

  #betterOption(): PlaybackOption | null {
    const { broadcast, view, policy, intents } = this.#options;
    const { active } = view;
    if (!active || active.video.paused) return null;
    const { behindSeconds, isSwitchUrgent } = intents.value;
    const dvrUrl = behindSeconds === null ? undefined : broadcast.sources.dvr;
    if (dvrUrl !== undefined) return isSwitchUrgent ? { tier: 'stable', transport: 'hls', url: dvrUrl } : null;
    const nowMs = performance.now();
    policy.playedWell(active.option, active.steadySinceMs, nowMs);
    if (isSwitchUrgent) return policy.preferred(active.option, nowMs);
    // Changing the element would close the picture-in-picture window, and nobody watches a hidden page.
    if (document.pictureInPictureElement || document.hidden) return null;
    return policy.better(active.option, active.steadySinceMs, nowMs);
  }

  /** Resolves once the viewer has paused for so long that media would only pile up. HLS fetches on demand and needs no limit. */
  async #pauseTimeout({ video, option }: Attempt, signal: AbortSignal): Promise<'parked' | 'aborted'> {
    for (let pausedMs = 0; pausedMs < PARK_AFTER_MS;) {
      await pause(CHECK_EVERY_MS, signal);
      if (signal.aborted) return 'aborted';
      pausedMs = video.paused && option.transport !== 'hls' ? pausedMs + CHECK_EVERY_MS : 0;
    }
    return 'parked';
  }

  /** Closes the transport until the viewer resumes. */
  async #park(option: PlaybackOption | null): Promise<void> {
    const { view, intents, dispatch, signal, onPhase } = this.#options;
    dispatch({ type: 'pauseTimedOut' });
    view.freeze();
    onPhase({ state: 'playing', option });
    await new Promise<void>((resolve) => {
      const settle = () => {
        if (intents.value.isParked && !signal.aborted) return;
        unsubscribe();
        signal.removeEventListener('abort', settle);
        resolve();
      };
      const unsubscribe = intents.subscribe(settle);
      signal.addEventListener('abort', settle);
      settle();
    });
  }

  /** After a picture has ended: finds out whether the option failed, the broadcast is over, or the server is gone. */
  async #diagnose(option: PlaybackOption | null, end: AttemptEnd): Promise<void> {
    const { view, signal } = this.#options;
    view.freeze();
    this.#show('stalled');
    await pause(STATUS_AGE_MS, signal);
    if (option) await this.#penalise(option, end, { isFailure: end === 'stuck' });
  }

  /** `isFailure`: the option must rest before it is tried again. Options are not blamed while there is no broadcast. */
  async #penalise(option: PlaybackOption, end: AttemptEnd, { isFailure }: { isFailure: boolean }): Promise<void> {
    const { broadcast, policy, signal } = this.#options;
    if (signal.aborted || end === 'refused') return;
    const state = await broadcast.ask(signal).catch((): BroadcastState => 'unreachable');
    if (state !== 'live') return;
    if (isFailure) policy.failed(option, performance.now());
    else policy.stalled(option, performance.now());
  }

  #try(option: PlaybackOption, signal: AbortSignal): Promise<AttemptEnd | null> {
    const { broadcast, view, intents } = this.#options;
    const behindSeconds = option.url === broadcast.sources.dvr ? intents.value.behindSeconds : null;
    return view.tryOption(option, { behindSeconds, signal });
  }

  /** A network that drops for a moment does not end the broadcast. */
  #stateFor(found: Exclude<BroadcastState, 'live'>): PlayerState {
    const { hasPlayed } = this.#options.broadcast;
    if (found === 'unreachable' || found === 'paused') return hasPlayed ? 'stalled' : 'waiting';
    return found === 'ended' || hasPlayed ? 'ended' : 'waiting';
  }

  #show(state: PlayerState): void {
    this.#options.onPhase({ state, option: null });
  }
}
