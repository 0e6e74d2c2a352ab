import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PlaybackOption } from './Player';
import { FallbackPolicy } from './FallbackPolicy';

const whep: PlaybackOption = { tier: 'lowest', transport: 'whep', url: 'w' };
const socket: PlaybackOption = { tier: 'low', transport: 'wsFlv', url: 's' };
const flv: PlaybackOption = { tier: 'low', transport: 'flv', url: 'f' };
const hls: PlaybackOption = { tier: 'balanced', transport: 'hls', url: 'h' };
const ORDER = [whep, socket, flv, hls];
const MINUTE = 60_000;

describe('FallbackPolicy', () => {
  let policy: FallbackPolicy;
  beforeEach(() => {
    policy = new FallbackPolicy();
    policy.setOrder(ORDER);
  });

  it('takes the first option, and the next one after a failure', () => {
    expect(policy.best(0)).toBe(whep);
    policy.failed(whep, 0);
    expect(policy.best(1)).toBe(socket);
    policy.failed(socket, 1);
    expect(policy.best(2)).toBe(flv);
  });

  it('still offers something when everything has failed: the option that has rested longest', () => {
    ORDER.forEach((option, index) => policy.failed(option, index * 100));
    expect(policy.best(1000)).toBe(whep);
    expect(new FallbackPolicy().best(0)).toBeNull();
  });

  it('tolerates two stalls a minute, but not three', () => {
    expect([policy.stalled(whep, 0), policy.stalled(whep, 20_000), policy.stalled(whep, 40_000)]).toEqual([false, false, true]);
    expect(policy.best(40_001)).toBe(socket);
    expect([policy.stalled(flv, 0), policy.stalled(flv, 61_000), policy.stalled(flv, 122_000)]).toEqual([false, false, false]);
  });

  it('steps down at once after a failure, and climbs only after steady playback', () => {
    policy.failed(whep, 0);
    expect(policy.preferred(whep, 0)).toBe(socket);
    expect(policy.better(socket, 0, 20_000)).toBeNull(); // WebRTC is still resting
    expect(policy.better(socket, 30_000, 40_000)).toBeNull(); // stalled recently
    expect(policy.better(socket, 0, 31_000)).toBe(whep);
  });

  it('does not switch transports within a tier that plays', () => {
    policy.failed(whep, 0);
    expect(policy.better(flv, 0, 20_000)).toBeNull();
  });

  it('does not flap: each failure doubles the rest, up to ten minutes', () => {
    const rests = Array.from({ length: 7 }, () => {
      policy.failed(whep, 0);
      for (let seconds = 1; ; seconds++) if (policy.best(seconds * 1000) === whep) return seconds;
    });
    expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600]);
  });

  it('forgives after five good minutes', () => {
    policy.failed(whep, 0);
    policy.failed(whep, 0);
    policy.playedWell(whep, MINUTE, 4 * MINUTE);
    policy.failed(whep, 4 * MINUTE);
    expect(policy.best(5 * MINUTE)).toBe(socket);
    policy.playedWell(whep, 6 * MINUTE, 11 * MINUTE);
    policy.failed(whep, 11 * MINUTE);
    expect(policy.best(11.6 * MINUTE)).toBe(whep);
  });

  it('forgets everything when the viewer chooses, and leaves an option that is not at the top of the new order', () => {
    policy.failed(whep, 0);
    policy.setOrder([hls, socket], { isByHand: true });
    expect(policy.preferred(socket, 1)).toBe(hls);
    expect(policy.preferred(whep, 1)).toBe(hls);
    expect(policy.preferred(hls, 1)).toBeNull();
  });

  it('always offers an option from the order, whatever happens', () => {
    const event = fc.record({ option: fc.constantFrom(...ORDER), kind: fc.constantFrom('failed', 'stalled'), waitMs: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const any = new FallbackPolicy();
        any.setOrder(ORDER);
        let nowMs = 0;
        for (const { option, kind, waitMs } of events) {
          nowMs += waitMs;
          if (kind === 'failed') any.failed(option, nowMs);
          else any.stalled(option, nowMs);
          expect(ORDER).toContain(any.best(nowMs));
          expect(any.preferred(option, nowMs)).not.toBe(option);
        }
      }),
      { numRuns: 200 },
    );
  });
});
