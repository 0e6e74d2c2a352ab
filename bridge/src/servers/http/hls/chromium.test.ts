import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Scope } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer } from '../createOriginServer.js';
import { watchInChromium } from './testing/watchInChromium.js';

const scope = new Scope();
afterEach(() => scope.close('test ends'));

/** From the moment a picture was published to the moment it is shown: the playlist's dates are those of publishing. */
const script = (base: string) => `
  const play = (url) => new Promise((resolve, reject) => {
    const hls = new Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.05 });
    hls.on(Hls.Events.ERROR, (_event, data) => data.fatal && reject(new Error(data.details)));
    hls.loadSource(url);
    hls.attachMedia(video);
    video.addEventListener('playing', () => resolve(hls), { once: true });
  });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  (async () => {
    const live = await play('${base}/room.m3u8');
    await wait(2000);
    const latenciesMs = [];
    let stalls = 0;
    video.addEventListener('waiting', () => stalls++);
    for (let sample = 0; sample < 40; sample++) {
      await wait(100);
      latenciesMs.push(Date.now() - live.playingDate.getTime());
    }
    const stalled = stalls;
    const isLowLatency = live.latestLevelDetails.canBlockReload && live.latestLevelDetails.partList.length > 0;
    live.destroy();
    const dvr = await play('${base}/room.m3u8?dvr=1');
    await wait(1000);
    video.currentTime = video.seekable.start(0) + 0.5;
    await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    const soughtTo = dvr.playingDate?.getTime() ?? 0;
    const from = video.currentTime;
    await wait(1500);
    report({ latenciesMs, stalls: stalled, isLowLatency, backMs: Date.now() - soughtTo, playedSeconds: video.currentTime - from });
  })().catch((error) => report({ error: String(error) }));
`;

const Report = z.object({
  latenciesMs: z.array(z.number()),
  stalls: z.number(),
  isLowLatency: z.boolean(),
  /** How far back the player went. */
  backMs: z.number(),
  playedSeconds: z.number(),
});

describe('hls.js in Chromium', () => {
  it('plays within 2 s of what is on air, and goes back to what was', async () => {
    const dvrDirectory = await mkdtemp(path.join(tmpdir(), 'dvr-'));
    scope.defer(() => rm(dvrDirectory, { recursive: true, force: true }));
    const hub = scope.own(new StreamHub());
    const hls = { listed: 3, kept: 1, dvrSeconds: 3600, dvrDirectory };
    const origin = scope.own(
      await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls }),
    );
    const broadcast = new LoopedBroadcast(
      await encodeFlv({ seconds: 2, size: '320x180', gop: 60 }),
      hub.publish({ app: 'live', name: 'room' }),
    );
    scope.defer(() => broadcast.stop());
    const base = `http://127.0.0.1:${origin.port}/live`;
    await vi.waitFor(async () => expect((await fetch(`${base}/room.m3u8`)).status).toBe(200), { interval: 100 });
    const { latenciesMs, stalls, isLowLatency, backMs, playedSeconds } = Report.parse(await watchInChromium(script(base), 40_000));
    latenciesMs.sort((one, other) => one - other);
    const p95 = latenciesMs[Math.floor(latenciesMs.length * 0.95)];
    expect({ isLowLatency, stalls }).toEqual({ isLowLatency: true, stalls: 0 });
    expect(p95).toBeLessThan(2000);
    expect(backMs).toBeGreaterThan(6000);
    expect(playedSeconds).toBeGreaterThan(1);
  });
});
