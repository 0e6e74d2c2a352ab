import type { Recording } from '@lianmai/protocol';
import type { MediaTag } from '../hub/stream/index.js';

/** Shorter gaps are network or disk jitter. */
const MIN_GAP_MS = 1000;
/** A recording with more gaps than this is known to be bad. */
const MAX_GAPS = 1000;

/**
 * Finds where media is missing: either wall time passed and the stream's time did not (its publisher was away; the hub closes such gaps on its timeline), or
 * the stream's time leaps (the disk was too slow).
 */
export class GapMeter {
  readonly gaps: Recording['gaps'];
  /** Where in the recording the media begins that this meter sees. */
  readonly #startMs: number;
  #firstMs: number | null = null;
  #lastMs = 0;
  #lagMs = 0;

  constructor(startMs = 0, earlier: Recording['gaps'] = []) {
    this.#startMs = startMs;
    this.gaps = [...earlier];
  }

  /** Something was missing before the media that this meter sees. */
  startAfter(lengthMs: number): void {
    if (lengthMs > 0) this.#note(this.#startMs, lengthMs);
  }

  see(tags: readonly MediaTag[], nowMs: number): void {
    const beforeMs = this.#lastMs;
    for (const { dtsMs, kind, isConfig } of tags) {
      if (kind === 'data' || isConfig) continue;
      this.#firstMs ??= dtsMs;
      if (this.#lastMs > 0 && dtsMs - this.#lastMs > MIN_GAP_MS) this.#add(this.#lastMs, dtsMs - this.#lastMs);
      this.#lastMs = Math.max(this.#lastMs, dtsMs);
    }
    if (this.#firstMs === null) return;
    const lagMs = nowMs - this.#lastMs;
    const grewMs = lagMs - this.#lagMs;
    if (this.#lagMs > 0 && grewMs > MIN_GAP_MS) this.#add(beforeMs, grewMs);
    // Slow drift of the publisher's clock is not a gap, and neither is a start with a whole group of pictures.
    this.#lagMs = lagMs;
  }

  #add(atMs: number, lengthMs: number): void {
    this.#note(this.#startMs + atMs - (this.#firstMs ?? 0), lengthMs);
  }

  #note(atMs: number, lengthMs: number): void {
    if (this.gaps.length < MAX_GAPS) this.gaps.push({ atMs: Math.round(atMs), lengthMs: Math.round(lengthMs) });
  }
}
