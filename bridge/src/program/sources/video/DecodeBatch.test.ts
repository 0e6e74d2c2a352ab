import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrackClock, type EncodedFrame, type FrameTime } from '../../../media/rtp/index.js';
import { DecodeBatch } from './DecodeBatch.js';

const clock = new TrackClock(90_000);
const FRAME: EncodedFrame = { timestamp: 0, isKeyFrame: false, chunks: [], byteLength: 0 };
/** How long a frame waits for its playout from the moment it arrives, ms. */
const PLAYOUT_MS = 120;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** `decodingMs`: how long the decoder needed for an earlier frame; null: none has come out. */
function createBatch(decodingMs: number | null = 5) {
  const batches: FrameTime[][] = [];
  let decodedAtMs = -1;
  const decode = (_frame: EncodedFrame, time: FrameTime) => {
    if (Date.now() === decodedAtMs) batches.at(-1)?.push(time);
    else batches.push([time]);
    decodedAtMs = Date.now();
  };
  const batch = new DecodeBatch({ now: Date.now, decode, playsAtMs: ({ mediaMs }) => mediaMs });
  const arrive = (playsInMs = PLAYOUT_MS): FrameTime => {
    const time = { clock, mediaMs: Date.now() + playsInMs };
    batch.push(FRAME, time);
    return time;
  };
  if (decodingMs !== null) {
    const first = arrive();
    vi.advanceTimersByTime(decodingMs);
    batch.decoded(first);
    vi.advanceTimersByTime(1);
    batches.length = 0;
  }
  return { batch, batches, arrive };
}

/** One frame every 33 ms, as a camera sends them. */
function arriveSteadily(arrive: () => FrameTime, count: number): FrameTime[] {
  return Array.from({ length: count }, () => {
    const time = arrive();
    vi.advanceTimersByTime(33);
    return time;
  });
}

describe('DecodeBatch', () => {
  it('decodes three frames at once, in order, while none is needed yet', () => {
    const { batches, arrive } = createBatch();
    const times = arriveSteadily(arrive, 6);
    expect(batches).toEqual([times.slice(0, 3), times.slice(3)]);
  });

  it('decodes every frame at once until it knows how long that takes', () => {
    const { batches, arrive } = createBatch(null);
    expect(arriveSteadily(arrive, 3).length).toBe(3);
    expect(batches.map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('leaves the decoder twice the time that it needed at worst', () => {
    const { batches, arrive } = createBatch(15);
    const time = arrive();
    vi.advanceTimersByTime(PLAYOUT_MS - 2 * 15 - 20 - 2);
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(3);
    expect(batches).toEqual([[time]]);
  });

  it('does not let frames wait for a slow decoder, nor late ones, nor ones whose time is unknown', () => {
    const slow = createBatch(60);
    arriveSteadily(slow.arrive, 2);
    expect(slow.batches.length).toBe(2);
    const { batches, arrive } = createBatch();
    arrive(25);
    expect(batches.length).toBe(1);
    const times: FrameTime[] = [];
    const timeless = new DecodeBatch({ now: Date.now, playsAtMs: () => null, decode: (_, time) => times.push(time) });
    timeless.push(FRAME, { clock, mediaMs: 0 });
    expect(times.length).toBe(1);
  });

  it('lets a late frame take the waiting ones along', () => {
    const { batches, arrive } = createBatch();
    const times = [arrive(), arrive(10)];
    expect(batches).toEqual([times]);
  });

  it('forgets or decodes what waits when it is told to, once', () => {
    const { batch, batches, arrive } = createBatch();
    arrive();
    batch.clear();
    const time = arrive();
    batch.flush();
    vi.advanceTimersByTime(1000);
    expect(batches).toEqual([[time]]);
  });
});
