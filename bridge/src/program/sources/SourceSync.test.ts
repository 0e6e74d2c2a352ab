import { describe, expect, it } from 'vitest';
import { SourceSync } from './SourceSync.js';
import { PlayoutDelay } from './PlayoutDelay.js';
import { TrackClock } from '../../media/rtp/index.js';

/** A source whose clocks start anywhere. Packets of both tracks are captured together and arrive late by the given times. */
function createSource({ videoLateMs = 0, audioLateMs = 0 } = {}) {
  const sync = new SourceSync(new PlayoutDelay());
  const video = new TrackClock(90_000);
  const audio = new TrackClock(48_000);
  sync.setClock('video', video);
  sync.setClock('audio', audio);
  const videoTicks = (capturedMs: number) => (4_294_900_000 + capturedMs * 90) % 2 ** 32;
  const audioTicks = (capturedMs: number) => (1_234_567 + capturedMs * 48) % 2 ** 32;
  const send = (capturedMs: number, extraMs = 0) => {
    video.arrived(videoTicks(capturedMs), capturedMs + videoLateMs + extraMs);
    audio.arrived(audioTicks(capturedMs), capturedMs + audioLateMs + extraMs);
  };
  const report = (capturedMs: number, errorMs = 0) => {
    video.reported(videoTicks(capturedMs), 9_999_000 + capturedMs);
    audio.reported(audioTicks(capturedMs), 9_999_000 + capturedMs + errorMs);
  };
  const playoutMs = (clock: TrackClock, ticks: number) => clock.mediaMs(ticks) + (sync.shiftMs(clock) ?? NaN);
  const skewMs = (capturedMs: number) => playoutMs(video, videoTicks(capturedMs)) - playoutMs(audio, audioTicks(capturedMs));
  return { sync, video, audio, send, report, skewMs, videoPlayoutMs: (capturedMs: number) => playoutMs(video, videoTicks(capturedMs)) };
}

describe('SourceSync', () => {
  it('places each track by its own arrivals until both have reported', () => {
    const { send, skewMs } = createSource({ audioLateMs: 150 });
    for (let ms = 0; ms < 1000; ms += 20) send(ms);
    expect(skewMs(1000)).toBeCloseTo(-150, 6);
  });

  it('plays in sync once both tracks have reports, however late one arrives', () => {
    const { sync, send, report, skewMs, videoPlayoutMs } = createSource({ videoLateMs: 10, audioLateMs: 150 });
    for (let ms = 0; ms < 1000; ms += 20) send(ms);
    report(500);
    expect(skewMs(1000)).toBeCloseTo(0, 6);
    expect(videoPlayoutMs(1000)).toBeCloseTo(1010 + sync.delay.ms, 6);
  });

  it('uses a report that arrived before the first packet', () => {
    const { send, report, skewMs } = createSource({ audioLateMs: 150 });
    report(0);
    send(0);
    expect(skewMs(0)).toBeCloseTo(0, 6);
  });

  it('ignores reports that put the tracks further apart than any delay can fix', () => {
    const { send, report, skewMs } = createSource({ audioLateMs: 150 });
    send(0);
    report(0, 5000);
    expect(skewMs(0)).toBeCloseTo(-150, 6);
  });

  it('follows small drift in the reports slowly, and a correction at once', () => {
    const { send, report, skewMs } = createSource();
    send(0);
    report(0);
    report(0, 8);
    expect(skewMs(0)).toBeCloseTo(-2, 3);
    report(0, 80);
    expect(skewMs(0)).toBeCloseTo(-80, 3);
  });

  it('keeps its offset when packets are delayed for a while, and follows when all stay late for 3 s', () => {
    const { send, videoPlayoutMs } = createSource();
    for (let ms = 0; ms < 1000; ms += 20) send(ms);
    const before = videoPlayoutMs(5000);
    for (let ms = 1000; ms < 3000; ms += 20) send(ms, 50);
    expect(videoPlayoutMs(5000)).toBe(before);
    for (let ms = 3000; ms < 8000; ms += 20) send(ms, 50);
    expect(videoPlayoutMs(5000)).toBeCloseTo(before + 50, 6);
  });

  it('starts over when the timestamps of the sender jump', () => {
    const clock = new TrackClock(90_000);
    clock.arrived(0, 0);
    clock.reported(0, 0);
    clock.arrived(90_000 * 60, 20);
    expect(clock.captureShiftMs).toBeNull();
    expect(clock.transitMs).toBeCloseTo(20 - 60_000, 6);
  });

  it('plays out the rest of an ended track where it was', () => {
    const { sync, video, audio, send, report } = createSource({ audioLateMs: 100 });
    send(0);
    report(0);
    const before = sync.shiftMs(audio);
    sync.setClock('audio', null);
    expect(sync.shiftMs(audio)).toBe(before);
    expect(sync.shiftMs(video)).not.toBeNull();
  });
});

describe('the delay of a source', () => {
  it('does not grow for what comes in time for a program that is behind the clock', () => {
    const sync = new SourceSync(new PlayoutDelay());
    sync.played(1000);
    sync.observe(1050, 1200);
    expect(sync.delay.ms).toBe(60);
    sync.observe(950, 1200);
    expect(sync.delay.ms).toBe(120);
  });

  it('grows by the clock for a source that was not played for a while', () => {
    const sync = new SourceSync(new PlayoutDelay());
    sync.played(1000);
    sync.observe(9900, 10_000);
    expect(sync.delay.ms).toBe(170);
  });
});

describe('PlayoutDelay', () => {
  it('is the longer reorder wait plus 50 ms, within 60..450', () => {
    const delay = new PlayoutDelay();
    expect(delay.ms).toBe(60);
    delay.setReorderWait('audio', 60);
    delay.setReorderWait('video', 100);
    expect(delay.ms).toBe(150);
    delay.setReorderWait('video', 4000);
    expect(delay.ms).toBe(450);
  });

  it('grows at once when something is late, up to 450 ms', () => {
    const delay = new PlayoutDelay();
    delay.observe(-30, 0);
    expect(delay.ms).toBe(100);
    delay.observe(-3000, 10);
    expect(delay.ms).toBe(450);
  });

  it('shrinks slowly while there is time to spare, down to what the reorder wait needs', () => {
    const delay = new PlayoutDelay();
    delay.setReorderWait('video', 60);
    delay.observe(-90, 0);
    expect(delay.ms).toBe(210);
    for (let ms = 20; ms <= 5000; ms += 20) delay.observe(100, ms);
    expect(delay.ms).toBe(210);
    for (let ms = 5020; ms <= 15_000; ms += 20) delay.observe(100, ms);
    expect(delay.ms).toBeGreaterThan(170);
    expect(delay.ms).toBeLessThan(190);
    for (let ms = 15_020; ms <= 100_000; ms += 20) delay.observe(100, ms);
    expect(delay.ms).toBe(110);
  });

  it('does not shrink while the smallest spare time is short', () => {
    const delay = new PlayoutDelay();
    delay.observe(-90, 0);
    for (let ms = 20; ms <= 30_000; ms += 20) delay.observe(ms % 1000 === 0 ? 5 : 100, ms);
    expect(delay.ms).toBe(160);
  });
});
