import type { Tier } from './latencyTiers';
import type { Measurements } from './PlaybackEngine';
import type { PlaybackOption, PlayerSnapshot, PlayerState } from './Player';
import type { VideoState } from './VideoMonitor';
import type { ViewerIntent } from './viewerIntent';

/** Closer than this to the position that the engine aims for counts as live. */
const EDGE_TOLERANCE_SECONDS = 3;

/** The state to report while no attempt is active. */
export interface Phase {
  readonly state: PlayerState;
  /** The option that was closed by a long pause. */
  readonly option: PlaybackOption | null;
}

/** The picture on the screen. */
export interface ActivePicture {
  readonly option: PlaybackOption;
  readonly video: Pick<HTMLVideoElement, 'paused' | 'currentTime' | 'seekable'>;
  readonly state: VideoState;
  readonly measurements: Measurements;
}

export interface PlayerFacts {
  phase: Phase;
  active: ActivePicture | null;
  intent: ViewerIntent;
  sound: { volume: number; isMuted: boolean; isBlocked: boolean };
  tiers: readonly Tier[];
  /** The tier that is being started behind the active picture. */
  nextTier: Tier | null;
  /** The element that was shown last. null: no picture yet. */
  video: HTMLVideoElement | null;
  aspect: number | null;
  dvrUrl: string | null;
}

/** The player as its page sees it. */
export function snapshotOf({ phase, active, intent, sound, tiers, nextTier, video, aspect, dvrUrl }: PlayerFacts): PlayerSnapshot {
  return {
    video,
    volume: sound.volume,
    isMuted: sound.isMuted,
    preference: intent.preference,
    tiers,
    nextTier,
    canSeekBack: dvrUrl !== null,
    behindSeconds: intent.behindSeconds,
    aspect,
    ...(active ? playbackOf(active, sound.isBlocked, dvrUrl) : waitOf(phase, intent)),
  };
}

type PlaybackFields = Pick<
  PlayerSnapshot,
  'state' | 'isPaused' | 'option' | 'latencySeconds' | 'bufferSeconds' | 'isAtLiveEdge' | 'windowSeconds'
>;

const waitOf = ({ state, option }: Phase, { isParked }: ViewerIntent): PlaybackFields => ({
  state,
  isPaused: isParked,
  option,
  latencySeconds: null,
  bufferSeconds: null,
  isAtLiveEdge: false,
  windowSeconds: null,
});

function playbackOf({ option, video, state, measurements }: ActivePicture, isBlocked: boolean, dvrUrl: string | null): PlaybackFields {
  const { latencySeconds, bufferSeconds, livePosition } = measurements;
  const isDvr = option.url === dvrUrl;
  const isStalled = state === 'stalled';
  const isNearEdge = livePosition === null || livePosition - video.currentTime < EDGE_TOLERANCE_SECONDS;
  return {
    state: isBlocked ? 'soundBlocked' : isStalled ? 'stalled' : 'playing',
    isPaused: video.paused && !isBlocked,
    option,
    // While the picture stands still, the measured latency only grows and means nothing.
    latencySeconds: isStalled ? null : tenths(latencySeconds),
    bufferSeconds: tenths(bufferSeconds),
    isAtLiveEdge: !isDvr && !isStalled && !video.paused && isNearEdge,
    windowSeconds: isDvr && video.seekable.length > 0 ? Math.round(video.seekable.end(0) - video.seekable.start(0)) : null,
  };
}

/** People read tenths, and finer steps would redraw the page four times a second. */
const tenths = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds * 10) / 10);
