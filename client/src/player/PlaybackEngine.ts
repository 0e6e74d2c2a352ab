/**
 * Why an engine stopped by itself. `ended`: the broadcast is over. `absent`: nothing plays at this URL now. `refused`: this viewer is not
 * allowed. `broken`: anything else, so start over.
 */
export type EngineEnd = 'ended' | 'absent' | 'refused' | 'broken';

/** An engine's measurements during playback. */
export interface Measurements {
  /** Behind the event. null: unknown. */
  latencySeconds: number | null;
  /** Buffered media. null: unknown. */
  bufferSeconds: number | null;
  /** The closest position to the live edge that plays without stalls, in seconds of the video's clock. null: always there, or unknown. */
  livePosition: number | null;
}

/** Plays one transport in one video element until its first failure. The player then starts another engine. */
export interface PlaybackEngine {
  /** Only the first `onEnd` counts. It is never called after `stop`. */
  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void;
  /** Measures and adjusts playback. Called a few times a second; `isStill`: the picture does not move. */
  sample(video: HTMLVideoElement, isStill: boolean): Measurements;
  /** Releases everything, including listeners and the video's source. */
  stop(): void;
}

/** Maps an HTTP status to an end. */
export function endForHttpStatus(status: number | undefined): EngineEnd {
  if (status === 401 || status === 403) return 'refused';
  return status === 404 || status === 410 ? 'absent' : 'broken';
}

/** Media buffered ahead of the playhead, s. */
export function bufferAhead({ buffered, currentTime }: HTMLVideoElement): number | null {
  if (buffered.length === 0) return null;
  return Math.max(0, buffered.end(buffered.length - 1) - currentTime);
}
