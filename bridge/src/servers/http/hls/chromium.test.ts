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

/** Maximum latency behind the publisher, ms. */
const MOST_BEHIND_MS = 2000;

/** Latency runs from publishing a frame to showing it; the playlist's dates are the publishing times. */
const script = (base: string) => `
  const play = (url) => new Promise((resolve, reject) => {
    const hls = new Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.05 });
    hls.on(Hls.Events.ERROR, (_event, data) => data.fatal && reject(new Error(data.details)));
    hls.loadSource(url);
    hls.attachMedia(video);
    video.addEventListener('playing', () => resolve(hls), { once: true });
  });
  const until = async (isIt) => {
    while (!isIt()) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  (async () => {
    const live = await play('${base}/room.m3u8');
    const latencyMs = () => Date.now() - live.playingDate.getTime();
    const { canBlockReload, partList, partHoldBack } = live.latestLevelDetails;
    const startsAt = video.currentTime;
    await until(() => video.currentTime > startsAt + 2 && latencyMs() < ${MOST_BEHIND_MS});
    const isLowLatency = canBlockReload && partList.length > 0;
    live.destroy();
    const dvr = await play('${base}/room.m3u8?dvr=1');
    await until(() => video.seekable.end(0) - video.seekable.start(0) > 7);
    video.currentTime = video.seekable.start(0) + 0.5;
    await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    const backMs = Date.now() - (dvr.playingDate?.getTime() ?? 0);
    const from = video.currentTime;
    await until(() => video.currentTime > from + 1);
    report({ isLowLatency, partHoldBack, backMs });
  })().catch((error) => report({ error: String(error) }));
`;

const Report = z.object({
  isLowLatency: z.boolean(),
  /** Distance from the end that the playlist tells players to keep, seconds. */
  partHoldBack: z.number(),
  /** How far back the player sought, seconds. */
  backMs: z.number(),
});

describe('hls.js in Chromium', () => {
  it('plays within 2 s of the live edge, and seeks back', async () => {
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
    const report = Report.parse(await watchInChromium(script(base), 100_000));
    expect(report.isLowLatency).toBe(true);
    expect(report.partHoldBack * 1000).toBeLessThan(MOST_BEHIND_MS);
    expect(report.backMs).toBeGreaterThan(6000);
  });
});
