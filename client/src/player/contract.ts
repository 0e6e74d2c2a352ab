/** Where a show can be played from: the player takes the first that it and the browser can. WHEP and HTTP-FLV will stand beside it. */
export interface PlayerSources {
  /** URL of the HLS playlist. */
  hls: string;
}

/**
 * idle: nothing loaded · waiting: the show has not started, asked for gently · loading · playing · stalled: the picture stands still ·
 * soundBlocked: plays without sound until somebody clicks (`allowSound`) · ended: the show is over; a new start is noticed by itself.
 */
export type PlayerState = 'idle' | 'waiting' | 'loading' | 'playing' | 'stalled' | 'soundBlocked' | 'ended';

export interface PlayerSnapshot {
  state: PlayerState;
  /** Behind the live edge; null while unknown. */
  latencySeconds: number | null;
  /** At the live edge, or as near as the player keeps by itself. */
  isAtLiveEdge: boolean;
}

/** Plays one show in one video element, without a click from start to end and across restarts of the publisher. */
export interface Player {
  /** Same object until something changes: fits useSyncExternalStore. */
  getSnapshot(): PlayerSnapshot;
  subscribe(listener: () => void): () => void;
  attach(video: HTMLVideoElement): void;
  load(sources: PlayerSources): void;
  seekToLive(): void;
  /** Call from a click. */
  allowSound(): Promise<void>;
  destroy(): void;
}
