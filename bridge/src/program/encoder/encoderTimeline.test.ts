import { SAMPLES_PER_TICK } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AAC_FRAME, AUDIO_LEAD_SAMPLES, LEAD_IN_FRAMES, ptsOfFrame, ptsOfSample, startPointAfter, TagCounter } from './encoderTimeline.js';

describe('encoderTimeline', () => {
  it('steps by 33 or 34 ms per frame and 21 or 22 ms per AAC frame, for days', () => {
    fc.assert(
      fc.property(fc.nat(30 * 3600 * 24 * 7), (frame) => {
        expect([33, 34]).toContain(ptsOfFrame(frame + 1) - ptsOfFrame(frame));
        expect([21, 22]).toContain(ptsOfSample((frame + 1) * AAC_FRAME) - ptsOfSample(frame * AAC_FRAME));
      }),
    );
  });

  it('starts each encoder at the next frame, on the AAC grid, warmed up, and always about as much earlier with its audio', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(10_000), fc.nat(6), (firstFrame, came, behind) => {
        const nextFrame = firstFrame + came;
        const packets = Math.max(0, Math.floor((Math.max(0, came - behind) * SAMPLES_PER_TICK) / AAC_FRAME));
        const nextSample = firstFrame * SAMPLES_PER_TICK + packets * AAC_FRAME;
        const { videoFrom, audioFrom } = startPointAfter({ firstFrame, nextFrame, nextSample });
        expect(videoFrom).toBe(nextFrame);
        expect(Math.abs(audioFrom - firstFrame * SAMPLES_PER_TICK) % AAC_FRAME).toBe(0);
        expect(audioFrom).toBeLessThanOrEqual(nextSample - 2 * AAC_FRAME);
        const leadSamples = nextFrame * SAMPLES_PER_TICK - audioFrom;
        expect(leadSamples).toBeGreaterThanOrEqual(AUDIO_LEAD_SAMPLES);
        expect(leadSamples).toBeLessThan(Math.max(AUDIO_LEAD_SAMPLES, behind * SAMPLES_PER_TICK + 3 * AAC_FRAME) + AAC_FRAME);
        const counter = new TagCounter({ videoFrom, audioFrom });
        const samples = Array.from({ length: 60 }, () => counter.nextSample());
        expect(samples).toContain(nextSample);
        expect(Array.from({ length: LEAD_IN_FRAMES + 1 }, () => counter.nextFrame())).toContain(nextFrame);
      }),
    );
  });
});
