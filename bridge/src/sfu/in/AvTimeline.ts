import type { TrackClock, TrackKind } from '../../media/rtp/index.js';

/** Headroom before the first tag: the other track may have started earlier, and FLV has no negative times. */
const START_MS = 1000;
/** Sender reports that shift the tracks further than this from their arrival are wrong. */
const MAX_SKEW_MS = 600;
/** A larger jump of the RTP clock means a restart: the track is placed again. */
const LEAP_MS = 2000;
/** Minimum correction speed. Corrections take about a second, slow enough for players to follow unnoticed. */
const MIN_SLEW_MS_PER_S = 20;

interface PlacedTrack {
  clock: TrackClock;
  /** Offset added to the track's media time; null before its first sample. */
  shiftMs: number | null;
  transitMs: number | null;
  slewedAtMs: number;
}

/**
 * Aligns a publisher's audio and video from the first packet: by arrival at first, by the sender's clock once both tracks have reports.
 * Audio stays in place, because a jump would be audible; video moves to it smoothly. Pure: callers pass the time.
 */
export class AvTimeline {
  readonly #tracks: Record<TrackKind, PlacedTrack | null> = { audio: null, video: null };
  #originMs: number | null = null;

  /** Sets a new track, or null when it ends. */
  setClock(kind: TrackKind, clock: TrackClock | null): void {
    this.#tracks[kind] = clock && { clock, shiftMs: null, transitMs: null, slewedAtMs: 0 };
  }

  /** Returns a sample's position, ms; null before the clock has seen the track's first packet. */
  placeMs(kind: TrackKind, timestamp: number, nowMs: number): number | null {
    const track = this.#tracks[kind];
    const transitMs = track?.clock.transitMs ?? null;
    if (!track || transitMs === null) return null;
    if (track.transitMs !== null && Math.abs(transitMs - track.transitMs) > LEAP_MS) track.shiftMs = null;
    track.transitMs = transitMs;
    if (track.shiftMs === null) this.#placeFirst(kind, track, transitMs, nowMs);
    else if (kind === 'video') this.#follow(track, nowMs);
    return Math.max(0, track.clock.mediaMs(timestamp) + (track.shiftMs ?? 0));
  }

  #placeFirst(kind: TrackKind, track: PlacedTrack, transitMs: number, nowMs: number): void {
    this.#originMs ??= nowMs - START_MS;
    const other = this.#tracks[kind === 'audio' ? 'video' : 'audio'];
    const skewMs = this.#skewMs();
    track.slewedAtMs = nowMs;
    if (other?.shiftMs == null || skewMs === null) track.shiftMs = transitMs - this.#originMs;
    else track.shiftMs = other.shiftMs + (kind === 'video' ? skewMs : -skewMs);
  }

  #follow(video: PlacedTrack, nowMs: number): void {
    const audioShiftMs = this.#tracks.audio?.shiftMs;
    const skewMs = this.#skewMs();
    const elapsedS = Math.max(0, nowMs - video.slewedAtMs) / 1000;
    video.slewedAtMs = nowMs;
    if (audioShiftMs == null || skewMs === null || video.shiftMs === null) return;
    const missingMs = audioShiftMs + skewMs - video.shiftMs;
    const stepMs = Math.min(Math.abs(missingMs), elapsedS * Math.max(MIN_SLEW_MS_PER_S, Math.abs(missingMs)));
    video.shiftMs += Math.sign(missingMs) * stepMs;
  }

  /** Returns how much larger the video offset must be than the audio offset. */
  #skewMs(): number | null {
    const [audio, video] = [this.#tracks.audio?.clock, this.#tracks.video?.clock];
    if (audio?.transitMs == null || video?.transitMs == null) return null;
    const byArrivalMs = video.transitMs - audio.transitMs;
    if (audio.captureShiftMs === null || video.captureShiftMs === null) return byArrivalMs;
    const byReportsMs = video.captureShiftMs - audio.captureShiftMs;
    return Math.abs(byReportsMs - byArrivalMs) > MAX_SKEW_MS ? byArrivalMs : byReportsMs;
  }
}
