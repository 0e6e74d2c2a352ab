import type { LatencyPreference, Tier } from './latencyTiers';

export type Transport = 'whep' | 'wsFlv' | 'flv' | 'hls';

/** One way to have the show: a tier by a transport from an address. */
export interface PlaybackOption {
  readonly tier: Tier;
  readonly transport: Transport;
  readonly url: string;
}

/** Where a show can be played from, absolute URLs. HLS is always there and everything can play it. */
export interface PlayerSources {
  whep?: string;
  wsFlv?: string;
  flv?: string;
  hls: string;
  /** An HLS playlist that reaches back for hours. */
  dvr?: string;
}

/** absent: no show now · paused: its publisher is gone for a moment · unreachable: no answer, so nothing is known · ended · live: play it. */
export type BroadcastState = 'absent' | 'paused' | 'unreachable' | 'ended' | 'live';
/** Is there a show now? Asked gently while nothing plays, and when a way breaks: was it the way, or is the show over? */
export type AskBroadcastState = (signal: AbortSignal) => Promise<BroadcastState>;

/**
 * idle: nothing loaded · waiting: the show has not started, asked for gently · loading · playing · stalled: the picture stands still ·
 * soundBlocked: plays without sound until somebody clicks (`allowSound`) · refused: this address may not watch, now or any more ·
 * ended: the show is over; a new start is noticed by itself.
 */
export type PlayerState = 'idle' | 'waiting' | 'loading' | 'playing' | 'stalled' | 'soundBlocked' | 'refused' | 'ended';

export interface PlayerSnapshot {
  state: PlayerState;
  /** The element that shows the picture: for picture-in-picture and full screen only. */
  video: HTMLVideoElement | null;
  isPaused: boolean;
  /** 0..1 */
  volume: number;
  /** By the viewer's own will; a sound that the browser blocks is `soundBlocked`. */
  isMuted: boolean;
  preference: LatencyPreference;
  /** Tiers that this show and this browser have, nearest first. */
  tiers: readonly Tier[];
  /** What plays; null: nothing does. */
  option: PlaybackOption | null;
  /** Being started behind the picture, to take its place. */
  nextTier: Tier | null;
  /** Behind the event as far as it can be measured here; null while unknown. */
  latencySeconds: number | null;
  /** Media in hand, s; null while unknown. */
  bufferSeconds: number | null;
  /** At the live edge, or as near as the player keeps by itself. */
  isAtLiveEdge: boolean;
  /** The show can be wound back. */
  canSeekBack: boolean;
  /** Wound back by this many seconds; null: live. */
  behindSeconds: number | null;
  /** How far back it reaches, s; null while unknown. */
  windowSeconds: number | null;
  /** Width by height of the picture; null before the first. */
  aspect: number | null;
}

export interface PlayerOptions {
  preference: LatencyPreference;
  volume: number;
  isMuted: boolean;
}

/** Plays one show in one place of the page, without a click from start to end, across restarts of the publisher and of the server. */
export interface Player {
  /** Same object until something changes: fits useSyncExternalStore. */
  getSnapshot(): PlayerSnapshot;
  subscribe(listener: () => void): () => void;
  /** Where the pictures are put. */
  attach(place: HTMLElement): void;
  load(sources: PlayerSources, ask?: AskBroadcastState): void;
  choose(preference: LatencyPreference): void;
  pause(): void;
  /** Also goes on after a pause. */
  seekToLive(): void;
  /** Only where `canSeekBack`. */
  seekBack(secondsBehind: number): void;
  setSound(sound: { volume?: number; isMuted?: boolean }): void;
  /** Call from a click. */
  allowSound(): Promise<void>;
  destroy(): void;
}
