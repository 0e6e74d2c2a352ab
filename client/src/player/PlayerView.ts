import { Attempt, type AttemptEnd } from './Attempt';
import { createEngine } from './createEngine';
import { START_WITHIN_MS } from './FallbackPolicy';
import type { Tier } from './latencyTiers';
import type { PlaybackOption } from './Player';
import type { Sound } from './Sound';
import { VideoSwap } from './VideoSwap';

interface PlayerViewOptions {
  sound: Sound;
  /** Something that the snapshot shows has changed. */
  onChange: () => void;
  onPromote: () => void;
  /** The active picture has stopped moving. */
  onStall: (option: PlaybackOption) => void;
}

interface TryOptions {
  /** For an option that starts in the past. */
  behindSeconds: number | null;
  signal: AbortSignal;
}

/** The picture on the screen: the active attempt, and a pending one that starts behind it until it is promoted. */
export class PlayerView {
  readonly #swap: VideoSwap;
  readonly #options: PlayerViewOptions;
  #active: Attempt | null = null;
  #pending: PlaybackOption | null = null;
  #video: HTMLVideoElement | null = null;
  #aspect: number | null = null;

  constructor(place: HTMLElement, options: PlayerViewOptions) {
    this.#options = options;
    this.#swap = new VideoSwap(place, () => this.#updateAspect());
  }

  get active(): Attempt | null {
    return this.#active;
  }

  /** The element shown last. null: no picture yet. */
  get video(): HTMLVideoElement | null {
    return this.#video;
  }

  get spareVideo(): HTMLVideoElement {
    return this.#swap.spare;
  }

  /** Kept when a transport closes, so that the page does not change its shape. */
  get aspect(): number | null {
    return this.#aspect;
  }

  /** The tier that is starting behind the active picture. */
  get nextTier(): Tier | null {
    return this.#active && this.#pending ? this.#pending.tier : null;
  }

  /** Starts an option and promotes it when its picture moves. Returns null then, otherwise the reason why it ended. */
  async tryOption(option: PlaybackOption, { behindSeconds, signal }: TryOptions): Promise<AttemptEnd | null> {
    this.#setPending(option);
    try {
      const engine = await createEngine(option, behindSeconds ?? undefined).catch(() => null);
      if (!engine || signal.aborted) return 'broken';
      const attempt = new Attempt({
        option,
        engine,
        video: this.#active ? this.#swap.spare : this.#swap.shown,
        sound: this.#active ? null : this.#options.sound,
        startWithinMs: START_WITHIN_MS[option.transport],
        onSample: (one) => one === this.#active && this.#options.onChange(),
        onStall: (one) => one === this.#active && this.#options.onStall(one.option),
      });
      const end = await startedOrAborted(attempt, signal);
      if (end === null) this.#promote(attempt);
      return end;
    } finally {
      if (this.#pending === option) this.#setPending(null);
    }
  }

  /** Keeps the last picture on the screen while its transport is closed. */
  freeze(): void {
    this.#swap.hold();
    this.clear();
  }

  clear(): void {
    this.#active?.close();
    this.#active = null;
  }

  remove(): void {
    this.clear();
    this.#swap.remove();
  }

  #promote(attempt: Attempt): void {
    const previous = this.#active;
    this.#active = attempt;
    this.#video = attempt.video;
    this.#swap.show(attempt.video);
    if (previous) {
      previous.video.muted = true;
      void this.#options.sound.give(attempt.video);
      previous.close();
    }
    this.#aspect = this.#swap.aspect;
    this.#options.onPromote();
    this.#options.onChange();
  }

  #setPending(option: PlaybackOption | null): void {
    this.#pending = option;
    this.#options.onChange();
  }

  #updateAspect(): void {
    this.#aspect = this.#swap.aspect;
    this.#options.onChange();
  }
}

/** Returns null once the picture moves. An attempt that fails or is aborted is closed. */
async function startedOrAborted(attempt: Attempt, signal: AbortSignal): Promise<AttemptEnd | null> {
  const close = () => attempt.close();
  signal.addEventListener('abort', close, { once: true });
  const end = await attempt.started;
  signal.removeEventListener('abort', close);
  if (end === null && !signal.aborted) return null;
  attempt.close();
  return end ?? 'ended';
}
