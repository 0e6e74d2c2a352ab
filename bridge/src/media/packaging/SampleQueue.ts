import type { Fmp4Run, Fmp4Sample } from '../formats/index.js';

export interface QueueInput {
  /** Shared with the stream and copied only into the fragment. */
  data: Buffer;
  compositionMs: number;
  isKeyFrame: boolean;
  /** Length of an audio sample, if the packet itself tells. */
  durationTicks?: number | undefined;
}

interface QueuedSample extends Fmp4Sample {
  ticks: number;
}

export interface TrackClock {
  id: number;
  kind: 'video' | 'audio';
  timescale: number;
  /** Duration of a sample that nothing follows. */
  nominalTicks: number;
}

/** If an audio time deviates by more than this, it is trusted instead of counted: something was lost, or the publisher's clock has slipped. */
const MAX_SLIP_MS = 60;

/**
 * The samples of one track that wait for their fragment. FLV times are whole milliseconds: video keeps them (the next time gives the duration), but audio is
 * counted in samples, so that players never hear the rounding.
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

  /** Decoding time of the first waiting sample, ms. */
  get firstMs(): number | null {
    const first = this.#samples[0];
    return first ? (first.ticks * 1000) / this.clock.timescale : null;
  }

  /** Duration of everything waiting, by its own count, ms. */
  get pendingMs(): number {
    const first = this.#samples[0];
    return first && this.#lastTicks !== null
      ? ((this.#lastTicks + this.#lastDurationTicks - first.ticks) * 1000) / this.clock.timescale
      : 0;
  }

  /** Length of the newest sample, ms. */
  get stepMs(): number {
    return (this.#lastDurationTicks * 1000) / this.clock.timescale;
  }

  /** Drops a sample whose time does not grow. */
  push(dtsMs: number, { data, compositionMs, isKeyFrame, durationTicks = this.clock.nominalTicks }: QueueInput): void {
    const ticks = this.#ticksAt(dtsMs);
    if (this.#lastTicks !== null && ticks <= this.#lastTicks) return;
    this.#lastTicks = ticks;
    this.#lastDurationTicks = this.clock.kind === 'audio' ? durationTicks : this.#lastDurationTicks;
    const compositionTicks = Math.round((compositionMs * this.clock.timescale) / 1000);
    this.#samples.push({ ticks, compositionTicks, isKeyFrame, data, durationTicks });
  }

  /** Returns everything that plays before `untilMs` (null: everything) as a run. A frame lasts until the next one, the last until then. */
  take(untilMs: number | null): Fmp4Run | null {
    const { id, kind, timescale } = this.clock;
    const untilTicks = untilMs === null ? null : Math.round((untilMs * timescale) / 1000);
    const end = untilTicks === null ? -1 : this.#samples.findIndex((sample) => sample.ticks >= untilTicks);
    const taken = end < 0 ? this.#samples : this.#samples.slice(0, end);
    const first = taken[0];
    if (!first) return null;
    const rest = end < 0 ? [] : this.#samples.slice(end);
    if (kind === 'video') this.#measure(taken, rest[0]?.ticks ?? untilTicks);
    this.#samples = rest;
    return { trackId: id, kind, baseTicks: first.ticks, samples: taken };
  }

  #measure(taken: readonly QueuedSample[], endTicks: number | null): void {
    taken.forEach((sample, index) => {
      const next = taken[index + 1]?.ticks ?? endTicks;
      if (next !== null && next > sample.ticks) this.#lastDurationTicks = next - sample.ticks;
      sample.durationTicks = this.#lastDurationTicks;
    });
  }

  #ticksAt(dtsMs: number): number {
    const { kind, timescale } = this.clock;
    const told = Math.round((dtsMs * timescale) / 1000);
    // A transcoder's priming lies before time 0, which MP4 cannot express.
    if (told < 0) return (this.#lastTicks ?? -1) + 1;
    if (kind === 'video' || this.#lastTicks === null) return told;
    const counted = this.#lastTicks + this.#lastDurationTicks;
    return Math.abs(told - counted) <= (MAX_SLIP_MS * timescale) / 1000 ? counted : told;
  }
}
