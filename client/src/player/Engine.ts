/** Why an engine has stopped by itself. `ended`: the show is over. `broken`: start anew. */
export type EngineEnd = 'ended' | 'broken';

/** One way to bring a live playlist into a video element, from start to its first trouble. The player around it starts it again. */
export interface Engine {
  start(video: HTMLVideoElement, url: string, onEnd: (why: EngineEnd) => void): void;
  /** Behind the live edge; null while unknown. */
  latencySeconds(video: HTMLVideoElement): number | null;
  /** Where playing is as near to the edge as it can be without stalling, s on the video's own clock; null while unknown. */
  livePosition(video: HTMLVideoElement): number | null;
  /** Keeps nothing: neither listeners nor the video's source. */
  stop(): void;
}
