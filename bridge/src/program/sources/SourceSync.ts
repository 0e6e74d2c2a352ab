/**
 * Decides when media plays. There are three clocks: the RTP timestamps of each track, the sender's wall clock (which sender reports tie to them), and ours.
 * Both tracks of a source share the sender's clock, so what was captured together plays together, however late one of them arrives:
 *
 *   playout = capture + offset + delay      offset = minimum of (arrival - capture) over 3 s and both tracks
 *
 * Until both tracks have a report, each is placed by its own arrivals. Pure: the time is an argument.
 */
import type { TrackClock, TrackKind } from '../../media/rtp/index.js';
import type { PlayoutDelay } from './PlayoutDelay.js';

/** Reports that put the tracks further apart than the delay can make up for are wrong. */
const MAX_SKEW_MS = 600;
/** A source that was played longer ago than this was neither seen nor heard, which tells nothing about the program's clock. */
const MAX_BEHIND_MS = 5000;

/** Common to both tracks of a source: the offset to our clock, and the delay. */
export class SourceSync {
  readonly delay: PlayoutDelay;
  #audio: TrackClock | null = null;
  #video: TrackClock | null = null;
  /** Where ended tracks were placed last: the rest of their media plays out there. */
  readonly #frozen = new WeakMap<TrackClock, number>();
  #playedToMs = -Infinity;

  constructor(delay: PlayoutDelay) {
    this.delay = delay;
  }

  setClock(kind: TrackKind, clock: TrackClock | null): void {
    const before = kind === 'audio' ? this.#audio : this.#video;
    const placedMs = before && this.#placeMs(before);
    if (before && placedMs !== null) this.#frozen.set(before, placedMs);
    if (kind === 'audio') this.#audio = clock;
    else this.#video = clock;
    if (!clock) this.delay.setReorderWait(kind, 0);
  }

  /** The program has played this source up to here. */
  played(toMs: number): void {
    this.#playedToMs = Math.max(this.#playedToMs, toMs);
  }

  /** Something became ready that plays at `playsAtMs`. It is in time if the program has not played that yet, which on a busy machine may be behind the clock. */
  observe(playsAtMs: number, nowMs: number): void {
    const isBehind = this.#playedToMs < nowMs && nowMs - this.#playedToMs < MAX_BEHIND_MS;
    this.delay.observe(playsAtMs - (isBehind ? this.#playedToMs : nowMs), nowMs);
  }

  /** Returns the difference between a track's media time and its playout time, ms; null before the track's first packet. */
  shiftMs(clock: TrackClock): number | null {
    const placedMs = this.#frozen.get(clock) ?? this.#placeMs(clock);
    return placedMs === null ? null : placedMs + this.delay.ms;
  }

  #placeMs({ captureShiftMs, transitMs }: TrackClock): number | null {
    const offsetMs = this.#sharedOffsetMs();
    return offsetMs === null || captureShiftMs === null ? transitMs : captureShiftMs + offsetMs;
  }

  #sharedOffsetMs(): number | null {
    const audioMs = this.#audio && offsetMs(this.#audio);
    const videoMs = this.#video && offsetMs(this.#video);
    if (audioMs === null || videoMs === null || Math.abs(audioMs - videoMs) > MAX_SKEW_MS) return null;
    return Math.min(audioMs, videoMs);
  }
}

const offsetMs = ({ transitMs, captureShiftMs }: TrackClock): number | null =>
  transitMs === null || captureShiftMs === null ? null : transitMs - captureShiftMs;
