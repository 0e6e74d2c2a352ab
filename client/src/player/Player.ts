import type { LatencyPreference, Tier } from './latencyTiers';

export type Transport = 'whep' | 'wsFlv' | 'flv' | 'hls';

/** One way to play the broadcast: a tier, over a transport, from a URL. */
export interface PlaybackOption {
  readonly tier: Tier;
  readonly transport: Transport;
  readonly url: string;
}

/** Absolute URLs that the broadcast plays from. HLS is always available, and every browser plays it. */
export interface PlayerSources {
  whep?: string;
  wsFlv?: string;
  flv?: string;
  hls: string;
  /** An HLS playlist that reaches back for hours. */
  dvr?: string;
}

/** absent: not live · paused: the publisher is gone for a moment · unreachable: no answer, so nothing is known · ended · live: play it. */
export type BroadcastState = 'absent' | 'paused' | 'unreachable' | 'ended' | 'live';
/** Asks whether the broadcast is live: at a gentle pace while nothing plays, and once when an option breaks, to tell whose fault it was. */
export type AskBroadcastState = (signal: AbortSignal) => Promise<BroadcastState>;

/**
 * idle: nothing loaded · waiting: not live yet, polled gently · loading · playing · stalled: the picture stands still · soundBlocked: plays
 * silently until a click calls `allowSound` · refused: this URL may not be watched, or no longer · ended: over; a restart is noticed
 * automatically.
 */
export type PlayerState = 'idle' | 'waiting' | 'loading' | 'playing' | 'stalled' | 'soundBlocked' | 'refused' | 'ended';

export interface PlayerSnapshot {
  state: PlayerState;
  /** The element that shows the picture. Only for picture-in-picture and full screen. */
  video: HTMLVideoElement | null;
  isPaused: boolean;
  /** 0..1 */
  volume: number;
  /** Muted by the viewer. Sound that the browser blocks is `soundBlocked` instead. */
  isMuted: boolean;
  preference: LatencyPreference;
  /** The tiers that this broadcast and this browser offer, lowest latency first. */
  tiers: readonly Tier[];
  /** The option that is playing. null: none. */
  option: PlaybackOption | null;
  /** The tier that is starting behind the picture and will replace it. */
  nextTier: Tier | null;
  /** Behind the event, as far as it can be measured here. null: unknown. */
  latencySeconds: number | null;
  /** Buffered media, s. null: unknown. */
  bufferSeconds: number | null;
  /** At the live edge, or as close to it as the player aims for. */
  isAtLiveEdge: boolean;
  /** The broadcast can be rewound. */
  canSeekBack: boolean;
  /** Rewound by this many seconds. null: live. */
  behindSeconds: number | null;
  /** How far back the broadcast reaches, s. null: unknown. */
  windowSeconds: number | null;
  /** Width divided by height. null: no picture yet. */
  aspect: number | null;
}

export interface PlayerOptions {
  preference: LatencyPreference;
  volume: number;
  isMuted: boolean;
}

/** Plays one broadcast in one place of the page. It needs no click and survives restarts of the publisher and of the server. */
export interface Player {
  /** The same object until something changes, as useSyncExternalStore requires. */
  getSnapshot(): PlayerSnapshot;
  subscribe(listener: () => void): () => void;
  /** Sets the element that holds the video. */
  attach(place: HTMLElement): void;
  load(sources: PlayerSources, ask?: AskBroadcastState): void;
  choose(preference: LatencyPreference): void;
  pause(): void;
  /** Also resumes after a pause. */
  seekToLive(): void;
  /** Only where `canSeekBack`. */
  seekBack(secondsBehind: number): void;
  setSound(sound: { volume?: number; isMuted?: boolean }): void;
  /** Call from a click. */
  allowSound(): Promise<void>;
  destroy(): void;
}
