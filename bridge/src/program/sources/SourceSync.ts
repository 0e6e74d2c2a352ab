/**
 * When things are shown. Three clocks: RTP time stamps of each track, the sender's wall clock that its reports tie them to, and ours. The two tracks of a
 * source share the sender's clock, so what was captured together is shown together, however late one of them came:
 *
 *   playout = capture + offset + delay      offset = least of (arrival - capture) in 3 s, over both tracks
 *
 * Until both tracks have a report, each is placed by its own arrivals. Pure: time comes in as an argument.
 */
import type { TrackClock, TrackKind } from '../../media/rtp/index.js';
import type { PlayoutDelay } from './PlayoutDelay.js';

/** Reports that put the two tracks further apart than the delay can make up for are wrong. */
const MAX_SKEW_MS = 600;

/** What the tracks of one source share: the offset to our clock, and the delay. */
export class SourceSync {
  readonly delay: PlayoutDelay;
  #audio: TrackClock | null = null;
  #video: TrackClock | null = null;
  /** Where tracks that have ended were placed last: what is left of them plays out there. */
  readonly #frozen = new WeakMap<TrackClock, number>();

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

  /** What to add to a track's media time to get the time at which it plays, ms; null before its first packet. */
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
