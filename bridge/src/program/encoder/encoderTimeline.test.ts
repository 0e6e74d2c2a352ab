import { SAMPLES_PER_TICK } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AAC_FRAME, ptsOfFrame, ptsOfSample, LEAD_IN_FRAME, LEAD_IN_TICKS, startPointAfter, TagCounter } from './encoderTimeline.js';

describe('encoderTimeline', () => {
  it('steps by 33 or 34 ms per frame and 21 or 22 ms per AAC frame, for days', () => {
    fc.assert(
      fc.property(fc.nat(30 * 3600 * 24 * 7), (frame) => {
        expect([33, 34]).toContain(ptsOfFrame(frame + 1) - ptsOfFrame(frame));
        expect([21, 22]).toContain(ptsOfSample((frame + 1) * AAC_FRAME) - ptsOfSample(frame * AAC_FRAME));
      }),
    );
  });

  it('starts a successor at the next frame, on the AAC grid, warmed up, and never before the first frame', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(10_000), fc.nat(6), (firstFrame, came, behind) => {
        const nextFrame = firstFrame + came;
        const packets = Math.max(0, Math.floor((Math.max(0, came - behind) * SAMPLES_PER_TICK) / AAC_FRAME));
        const nextSample = firstFrame * SAMPLES_PER_TICK + packets * AAC_FRAME;
        const { videoFrom, audioFrom } = startPointAfter({ firstFrame, nextFrame, nextSample });
        expect(videoFrom).toBe(nextFrame);
        expect(audioFrom).toBeGreaterThanOrEqual(firstFrame);
        expect(audioFrom).toBeLessThanOrEqual(nextFrame);
        expect(nextFrame - audioFrom).toBeLessThan(16 + 6 + 4);
        const counter = new TagCounter({ videoFrom, audioFrom });
        const samples = Array.from({ length: 60 + LEAD_IN_TICKS }, () => counter.nextSample());
        expect(samples[0]).toBe((audioFrom - LEAD_IN_TICKS) * SAMPLES_PER_TICK - AAC_FRAME);
        expect(samples).toContain(nextSample);
        counter.expect(nextFrame);
        expect([counter.nextFrame(), counter.nextFrame()]).toEqual([LEAD_IN_FRAME, nextFrame]);
        if (audioFrom > firstFrame) expect(audioFrom * SAMPLES_PER_TICK).toBeLessThanOrEqual(nextSample - 2 * AAC_FRAME);
      }),
    );
  });
});
