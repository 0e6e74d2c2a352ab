import { describe, expect, it } from 'vitest';
import type { PlaybackOption } from './Player';
import { snapshotOf, type ActivePicture, type PlayerFacts } from './playerSnapshot';
import { initialIntent } from './viewerIntent';

const FLV: PlaybackOption = { tier: 'low', transport: 'flv', url: 'f' };
const DVR: PlaybackOption = { tier: 'stable', transport: 'hls', url: 'd' };
const seekable = { length: 1, start: () => 100, end: () => 460 };
const picture = (patch: Partial<ActivePicture> = {}, paused = false): ActivePicture => ({
  option: FLV,
  video: { paused, currentTime: 50, seekable },
  state: 'playing',
  measurements: { latencySeconds: 0.987, bufferSeconds: 0.512, livePosition: 50.4 },
  ...patch,
});
const snapshot = (patch: Partial<PlayerFacts> = {}) =>
  snapshotOf({
    phase: { state: 'waiting', option: null },
    active: null,
    intent: initialIntent('auto'),
    sound: { volume: 0.5, isMuted: false, isBlocked: false },
    tiers: ['low'],
    nextTier: null,
    video: null,
    aspect: null,
    dvrUrl: 'd',
    ...patch,
  });

describe('the snapshot of a player', () => {
  it('reports the phase while nothing plays', () => {
    expect(snapshot()).toMatchObject({ state: 'waiting', option: null, latencySeconds: null, isAtLiveEdge: false, isPaused: false });
    const parked = { ...initialIntent('auto'), isParked: true };
    expect(snapshot({ phase: { state: 'playing', option: FLV }, intent: parked })).toMatchObject({ isPaused: true, option: FLV });
  });

  it('reports the active picture in tenths of a second', () => {
    expect(snapshot({ active: picture() })).toMatchObject({
      state: 'playing',
      option: FLV,
      latencySeconds: 1,
      bufferSeconds: 0.5,
      isAtLiveEdge: true,
    });
  });

  it('has no latency while the picture stands still', () => {
    expect(snapshot({ active: picture({ state: 'stalled' }) })).toMatchObject({
      state: 'stalled',
      latencySeconds: null,
      bufferSeconds: 0.5,
      isAtLiveEdge: false,
    });
  });

  it('is not live when paused, far behind the aim, or rewound', () => {
    expect(snapshot({ active: picture({}, true) })).toMatchObject({ isPaused: true, isAtLiveEdge: false });
    const late = { latencySeconds: 5, bufferSeconds: 5, livePosition: 54 };
    expect(snapshot({ active: picture({ measurements: late }) }).isAtLiveEdge).toBe(false);
    expect(snapshot({ active: picture({ option: DVR }) })).toMatchObject({ isAtLiveEdge: false, windowSeconds: 360 });
  });

  it('a picture that the browser blocks until a click is not paused by the viewer', () => {
    const sound = { volume: 1, isMuted: false, isBlocked: true };
    expect(snapshot({ active: picture({}, true), sound })).toMatchObject({ state: 'soundBlocked', isPaused: false });
  });
});
