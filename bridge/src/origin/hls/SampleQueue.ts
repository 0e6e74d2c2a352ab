import type { Fmp4Run, Fmp4Sample } from '../../formats/index.js';

interface QueuedSample {
  ticks: number;
  compositionTicks: number;
  isKeyFrame: boolean;
  data: Buffer;
}

interface TrackClock {
  id: number;
  kind: 'video' | 'audio';
  timescale: number;
  /** Duration of a sample that nothing follows. */
  nominalTicks: number;
}

/** Off by more than this, a sound's time is believed rather than counted: something was lost or the publisher's clock has slipped. */
const MAX_SLIP_MS = 60;

/**
 * The samples of one track that wait for their fragment. FLV tells times in whole milliseconds: pictures keep them (the next one's time gives the
 * duration), sounds are counted in samples, so that players never hear the rounding.
 */
export class SampleQueue {
  readonly clock: TrackClock;
  #samples: QueuedSample[] = [];
  #lastTicks: number | null = null;
  #lastDurationTicks: number;

  constructor(clock: TrackClock) {
    this.clock = clock;
    this.#lastDurationTicks = clock.nominalTicks;
  }

  get count(): number {
    return this.#samples.length;
  }

  /** A time that does not grow is left out. */
  push(dtsMs: number, sample: { data: Buffer; compositionMs: number; isKeyFrame: boolean }): void {
    const ticks = this.#ticksAt(dtsMs);
    if (this.#lastTicks !== null && ticks <= this.#lastTicks) return;
    this.#lastTicks = ticks;
    const compositionTicks = Math.round((sample.compositionMs * this.clock.timescale) / 1000);
    this.#samples.push({ ticks, compositionTicks, isKeyFrame: sample.isKeyFrame, data: sample.data });
  }

  /** All of them as a run; `nextDtsMs` is when the next sample of this track plays, if known. */
  take(nextDtsMs: number | null): Fmp4Run | null {
    const queued = this.#samples;
    const first = queued[0];
    if (!first) return null;
    this.#samples = [];
    const { id, kind, timescale, nominalTicks } = this.clock;
    const nextTicks = nextDtsMs === null || kind === 'audio' ? null : Math.round((nextDtsMs * timescale) / 1000);
    const samples = queued.map((sample, index): Fmp4Sample => {
      const next = queued[index + 1]?.ticks ?? nextTicks;
      const durationTicks =
        next !== null && next > sample.ticks ? next - sample.ticks : kind === 'audio' ? nominalTicks : this.#lastDurationTicks;
      this.#lastDurationTicks = durationTicks;
      return { data: sample.data, durationTicks, compositionTicks: sample.compositionTicks, isKeyFrame: sample.isKeyFrame };
    });
    return { trackId: id, kind, baseTicks: first.ticks, samples };
  }

  #ticksAt(dtsMs: number): number {
    const { kind, timescale, nominalTicks } = this.clock;
    const told = Math.round((dtsMs * timescale) / 1000);
    if (kind === 'video' || this.#lastTicks === null) return told;
    const counted = this.#lastTicks + nominalTicks;
    return Math.abs(told - counted) <= (MAX_SLIP_MS * timescale) / 1000 ? counted : told;
  }
}
