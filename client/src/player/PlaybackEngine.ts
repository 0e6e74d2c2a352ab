/**
 * Why an engine has stopped by itself. `ended`: the show is over. `absent`: there is nothing to play at this address now. `refused`: not for this viewer.
 * `broken`: anything else; start anew.
 */
export type EngineEnd = 'ended' | 'absent' | 'refused' | 'broken';

/** What an engine knows of its playing. */
export interface Measurements {
  /** Behind the event; null while unknown. */
  latencySeconds: number | null;
  /** Media in hand; null while unknown. */
  bufferSeconds: number | null;
  /** Where playing is as near to the edge as it can be without stalling, s on the video's own clock; null: it is always there, or unknown. */
  livePosition: number | null;
}

/** One transport into one video element, from start to its first trouble. The player around it starts another. */
export interface PlaybackEngine {
  /** `onEnd` comes at most once counts; not after `stop`. */
  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void;
  /** Measures, and steers the playing; asked a few times a second. `isStill`: the picture does not move. */
  sample(video: HTMLVideoElement, isStill: boolean): Measurements;
  /** Keeps nothing: neither listeners nor the video's source. */
  stop(): void;
}

/** An HTTP status as an end. */
export function endForHttpStatus(status: number | undefined): EngineEnd {
  if (status === 401 || status === 403) return 'refused';
  return status === 404 || status === 410 ? 'absent' : 'broken';
}

/** Media ahead of where the video is, s. */
export function bufferAhead({ buffered, currentTime }: HTMLVideoElement): number | null {
  if (buffered.length === 0) return null;
  return Math.max(0, buffered.end(buffered.length - 1) - currentTime);
}
