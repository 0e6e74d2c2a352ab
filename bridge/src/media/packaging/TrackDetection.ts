import type { FlvTag } from '../formats/index.js';

/** A broadcast of which only the picture, or only the sound, has been described after this long has nothing else. Shorter than any first segment. */
const SETTLE_MS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The beginning of a broadcast. Publishers describe their tracks one after the other, some after the first pictures: what has come meanwhile is held, so
 * that the first presentation has all tracks rather than being replaced at once by one that does.
 */
export class TrackDetection {
  #held: FlvTag[] = [];
  #bytes = 0;
  #firstMs: number | null = null;
  readonly #known = new Set<FlvTag['kind']>();

  /** What can be gone on with now: nothing yet, or all, the descriptions first. */
  push(tag: FlvTag): FlvTag[] {
    this.#held.push(tag);
    this.#bytes += tag.body.length;
    if (tag.isConfig) this.#known.add(tag.kind);
    else if (tag.kind !== 'data') this.#firstMs ??= tag.dtsMs;
    const isKnown = this.#known.has('video') && this.#known.has('audio');
    const isLate = this.#firstMs !== null && (Math.abs(tag.dtsMs - this.#firstMs) >= SETTLE_MS || this.#bytes > MAX_BYTES);
    return isKnown || isLate ? this.finish() : [];
  }

  finish(): FlvTag[] {
    const held = this.#held;
    this.#held = [];
    return [...held.filter(({ isConfig }) => isConfig), ...held.filter(({ isConfig }) => !isConfig)];
  }
}
