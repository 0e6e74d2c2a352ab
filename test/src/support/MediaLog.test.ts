import { describe, expect, it } from 'vitest';
import { MediaLog } from './MediaLog.js';

describe('a log of media', () => {
  it('tells the longest time in which nothing arrived, from the first moment to the last', () => {
    const log = new MediaLog();
    for (const atMs of [120, 150, 400, 410]) log.add({ kind: 'audio', atMs });
    log.add({ kind: 'video', atMs: 300 });
    expect(log.longestGapMs('audio', 100, 450)).toBe(250);
    expect(log.longestGapMs('audio', 100, 900)).toBe(490);
    expect(log.longestGapMs('audio', 145, 160)).toBe(10);
    expect(log.longestGapMs('video', 100, 350)).toBe(200);
    expect(new MediaLog().longestGapMs('audio', 100, 900)).toBe(800);
  });

  it('compares the media’s own times within one connection only', () => {
    const log = new MediaLog();
    const times = [
      { mediaMs: 5000, connection: 1 },
      { mediaMs: 5034, connection: 1 },
      { mediaMs: 0, connection: 2 },
      { mediaMs: 90, connection: 2 },
    ];
    times.forEach((time, index) => log.add({ kind: 'video', atMs: index, ...time }));
    expect(log.longestStepMs('video', 0, 10)).toBe(90);
    expect(log.longestStepMs('video', 0, 2)).toBe(34);
  });

  it('forgets what is old', () => {
    const log = new MediaLog();
    for (const atMs of [100, 900, 1000]) log.add({ kind: 'audio', atMs });
    log.forgetBefore(900);
    expect(log.longestGapMs('audio', 0, 1000)).toBe(900);
    log.forgetBefore(2000);
    expect(log.longestGapMs('audio', 0, 1000)).toBe(1000);
  });
});
