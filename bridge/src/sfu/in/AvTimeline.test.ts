import { describe, expect, it } from 'vitest';
import { TrackClock } from '../../media/rtp/index.js';
import { AvTimeline } from './AvTimeline.js';

/** Audio and video captured together from 10,000 ms on (wall clock), sent with these delays. */
function play({ audioDelayMs, videoDelayMs, reportsFromMs }: { audioDelayMs: number; videoDelayMs: number; reportsFromMs: number }) {
  const timeline = new AvTimeline();
  const [audio, video] = [new TrackClock(48_000), new TrackClock(90_000)];
  timeline.setClock('audio', audio);
  timeline.setClock('video', video);
  const skews: number[] = [];
  for (let ms = 0; ms < 8000; ms += 20) {
    const audioArrival = 10_000 + ms + audioDelayMs;
    audio.arrived(777_000 + ms * 48, audioArrival);
    const soundAt = timeline.placeMs('audio', 777_000 + ms * 48, audioArrival) ?? Number.NaN;
    const videoArrival = 10_000 + ms + videoDelayMs;
    video.arrived(5_000_000 + ms * 90, videoArrival);
    const pictureAt = timeline.placeMs('video', 5_000_000 + ms * 90, videoArrival) ?? Number.NaN;
    skews.push(pictureAt - soundAt);
    if (ms >= reportsFromMs && ms % 1000 === 0) {
      audio.reported(777_000 + ms * 48, 10_000 + ms);
      video.reported(5_000_000 + ms * 90, 10_000 + ms);
    }
  }
  return skews;
}

describe('AvTimeline', () => {
  it('places tracks by arrival from the first packet', () => {
    const skews = play({ audioDelayMs: 30, videoDelayMs: 40, reportsFromMs: Infinity });
    expect(skews.every((skew) => Math.abs(skew - 10) < 1)).toBe(true);
  });

  it('moves tracks to their capture times in imperceptible steps once both clocks are known', () => {
    const skews = play({ audioDelayMs: 10, videoDelayMs: 160, reportsFromMs: 1000 });
    expect(skews[0]).toBeCloseTo(150);
    expect(Math.abs(skews.at(-1) ?? NaN)).toBeLessThan(3);
    skews.slice(1).forEach((skew, index) => expect(Math.abs(skew - (skews[index] ?? 0))).toBeLessThan(5));
  });

  it('ignores implausible reports', () => {
    const timeline = new AvTimeline();
    const [audio, video] = [new TrackClock(48_000), new TrackClock(90_000)];
    timeline.setClock('audio', audio);
    timeline.setClock('video', video);
    audio.arrived(0, 1000);
    video.arrived(0, 1000);
    timeline.placeMs('audio', 0, 1000);
    timeline.placeMs('video', 0, 1000);
    audio.reported(0, 50_000);
    video.reported(0, 90_000);
    expect(timeline.placeMs('video', 0, 3000)).toBeCloseTo(timeline.placeMs('audio', 0, 3000) ?? NaN);
  });

  it('aligns a track that starts later', () => {
    const timeline = new AvTimeline();
    const [audio, video] = [new TrackClock(48_000), new TrackClock(90_000)];
    timeline.setClock('video', video);
    video.arrived(0, 1000);
    const first = timeline.placeMs('video', 0, 1000) ?? NaN;
    timeline.setClock('audio', audio);
    audio.arrived(123, 3000);
    expect(timeline.placeMs('audio', 123, 3000)).toBeCloseTo(first + 2000);
  });
});
