import type { FlvTag } from '../formats/index.js';

/** If only one kind of track has a config after this long, the broadcast has no other. Shorter than any first segment. */
const SETTLE_MS = 1000;
/**
 * How long to wait for a track that is certain to come from a transcoder, which a busy machine starts slowly. Players that start without a track never get
 * it.
 */
const KNOWN_TRACK_MS = 6000;
/** Tracks this close together continue together. */
const LEVEL_MS = 500;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The beginning of a broadcast. Publishers describe their tracks one after another, some after the first frames. Tags that arrive in between are held, so
 * that the first presentation has all tracks instead of being replaced at once.
 */
export class TrackDetection {
  #held: FlvTag[] = [];
  #bytes = 0;
  #firstMs: number | null = null;
  readonly #described = new Set<FlvTag['kind']>();
  readonly #lastMs = { video: -Infinity, audio: -Infinity };
  readonly #isComing: (kind: 'video' | 'audio') => boolean;
  #wasAwaited = false;

  /** `isComing`: whether a track without a config yet is certain to come. */
  constructor(isComing: (kind: 'video' | 'audio') => boolean = () => false) {
    this.#isComing = isComing;
  }

  /** Returns what can continue now: nothing yet, or everything, configs first. */
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
    // Late tags are sorted in, or they would lie in later segments.
    if (this.#wasAwaited) media.sort((a, b) => a.dtsMs - b.dtsMs);
    return [...held.filter(({ isConfig }) => isConfig), ...media];
  }

  /** Whether an awaited track has caught up with the other one. */
  get #isLevel(): boolean {
    return !this.#wasAwaited || Math.abs(this.#lastMs.video - this.#lastMs.audio) < LEVEL_MS;
  }

  #isLate({ dtsMs }: FlvTag): boolean {
    if (this.#firstMs === null) return false;
    const patienceMs = this.#wasAwaited ? KNOWN_TRACK_MS : SETTLE_MS;
    return Math.abs(dtsMs - this.#firstMs) >= patienceMs || this.#bytes > MAX_BYTES;
  }
}
