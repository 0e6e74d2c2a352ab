import type { MediaTag } from '../stream/index.js';

type Kind = 'video' | 'audio';

interface HeldTag {
  tag: MediaTag;
  sinceMs: number;
}

/** Maximum time one track waits for the other: longer than a transcoder's delay, too short for a viewer to notice. */
const MAX_HOLD_MS = 250;
const TICK_MS = 20;
const MAX_WAITING = 2000;

/** Merges video and audio in timestamp order when one of them passed through FFmpeg. Each track waits for the other, but never long. */
export class Interleaver {
  readonly #emit: (tag: MediaTag) => void;
  readonly #isBusy: (kind: Kind) => boolean;
  readonly #queues: Record<Kind, HeldTag[]> = { video: [], audio: [] };
  readonly #reachedMs: Record<Kind, number> = { video: -Infinity, audio: -Infinity };
  #timer: NodeJS.Timeout | null = null;

  /** `isBusy`: whether a transcoder still holds tags of that kind. */
  constructor(emit: (tag: MediaTag) => void, isBusy: (kind: Kind) => boolean) {
    this.#emit = emit;
    this.#isBusy = isBusy;
  }

  push(tag: MediaTag): void {
    if (tag.kind === 'data') return;
    this.#queues[tag.kind].push({ tag, sinceMs: performance.now() });
    if (!tag.isConfig) this.#reachedMs[tag.kind] = tag.dtsMs;
    this.#release();
  }

  /** Emits everything, in order. */
  flush(): void {
    this.#release(true);
  }

  #release(isFinal = false): void {
    for (let next = this.#next(); next && (isFinal || this.#mayGo(next)); next = this.#next()) {
      this.#queues[next.tag.kind === 'video' ? 'video' : 'audio'].shift();
      this.#emit(next.tag);
    }
    const isWaiting = this.#next() !== undefined;
    if (isWaiting) this.#timer ??= setInterval(() => this.#release(), TICK_MS);
    else if (this.#timer) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #next(): HeldTag | undefined {
    const [video, audio] = [this.#queues.video[0], this.#queues.audio[0]];
    if (!video || !audio) return video ?? audio;
    return audio.tag.dtsMs < video.tag.dtsMs ? audio : video;
  }

  #mayGo({ tag, sinceMs }: HeldTag): boolean {
    const other: Kind = tag.kind === 'video' ? 'audio' : 'video';
    const isReached = this.#reachedMs[other] >= tag.dtsMs || !this.#isBusy(other);
    const waiting = this.#queues.video.length + this.#queues.audio.length;
    return isReached || waiting > MAX_WAITING || performance.now() - sinceMs > MAX_HOLD_MS;
  }
}
