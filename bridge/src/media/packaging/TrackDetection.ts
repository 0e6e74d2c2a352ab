import type { FlvTag } from '../formats/index.js';

/** A broadcast of which only the picture, or only the sound, has been described after this long has nothing else. Shorter than any first segment. */
const SETTLE_MS = 1000;
/** One that is known to come, from a transcoder that a busy machine starts slowly: who plays a beginning without it stays without it. */
const KNOWN_TRACK_MS = 6000;
/** Tracks that are so close to each other go on together. */
const LEVEL_MS = 500;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The beginning of a broadcast. Publishers describe their tracks one after the other, some after the first pictures: what has come meanwhile is held, so
 * that the first presentation has all tracks rather than being replaced at once by one that does.
 */
export class TrackDetection {
  #held: FlvTag[] = [];
  #bytes = 0;
  #firstMs: number | null = null;
  readonly #described = new Set<FlvTag['kind']>();
  readonly #lastMs = { video: -Infinity, audio: -Infinity };
  readonly #isComing: (kind: 'video' | 'audio') => boolean;
  #wasAwaited = false;

  /** `isComing`: whether a track that has not been described yet certainly will be. */
  constructor(isComing: (kind: 'video' | 'audio') => boolean = () => false) {
    this.#isComing = isComing;
  }

  /** What can be gone on with now: nothing yet, or all, the descriptions first. */
  push(tag: FlvTag): FlvTag[] {
    this.#held.push(tag);
    this.#bytes += tag.body.length;
    if (tag.isConfig) this.#described.add(tag.kind);
    else if (tag.kind !== 'data') {
      this.#firstMs ??= tag.dtsMs;
      this.#lastMs[tag.kind] = tag.dtsMs;
    }
    const missing = (['video', 'audio'] as const).filter((kind) => !this.#described.has(kind));
    this.#wasAwaited ||= missing.some(this.#isComing);
    return (missing.length === 0 && this.#isLevel) || this.#isLate(tag) ? this.finish() : [];
  }

  finish(): FlvTag[] {
    const held = this.#held;
    this.#held = [];
    const media = held.filter(({ isConfig }) => !isConfig);
    // What came late is put where it belongs, or it would lie in the segments after its own.
    if (this.#wasAwaited) media.sort((a, b) => a.dtsMs - b.dtsMs);
    return [...held.filter(({ isConfig }) => isConfig), ...media];
  }

  /** Whether a track that was awaited has caught up with the other one. */
  get #isLevel(): boolean {
    return !this.#wasAwaited || Math.abs(this.#lastMs.video - this.#lastMs.audio) < LEVEL_MS;
  }

  #isLate({ dtsMs }: FlvTag): boolean {
    if (this.#firstMs === null) return false;
    const patienceMs = this.#wasAwaited ? KNOWN_TRACK_MS : SETTLE_MS;
    return Math.abs(dtsMs - this.#firstMs) >= patienceMs || this.#bytes > MAX_BYTES;
  }
}
