import { spawn, type ChildProcess } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, pause, PEOPLE, RoomPage, System, until, whep, whip } from '../../support/index.js';
import { broadcastClip } from '../clips.js';
import { ADDRESS } from './namespace.js';
import { keepPeers, qualityBetween, received, type Quality } from './receiverStats.js';
import { streamQuality, type StreamQuality } from './streamQuality.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';

interface Measured<Result> {
  system: System;
  measure(seconds: number): Promise<Result>;
  stop(): Promise<void>;
}

/** A browser that publishes by WHIP. Measured is the stream that the bridge makes of it. */
export async function publishByWhip(): Promise<Measured<StreamQuality>> {
  const [system, browser] = await Promise.all([System.start({ env: { ANNOUNCED_IP: ADDRESS } }), launchBrowser('red')]);
  const { publish, play } = await system.createStream('whip');
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  await keepPeers(page);
  await page.goto(`${system.url}/healthz`);
  const { status, text } = await whip(page, publish.whip);
  if (status !== 201) throw new Error(`WHIP: ${status} ${text}`);
  await until('the stream is live', async () => (await fetch(play.flv, { method: 'HEAD' })).ok);
  return {
    system,
    measure: (seconds) => streamQuality(play.flv, { seconds, frequencies: [PEOPLE.red.frequency], folder: system.dataDir }),
    stop: async () => {
      await browser.close();
      await system.stop();
    },
  };
}

/** A browser that plays by WHEP what FFmpeg publishes by RTMP. */
export async function playByWhep(): Promise<Measured<Quality>> {
  const [system, browser] = await Promise.all([System.start({ env: { ANNOUNCED_IP: ADDRESS } }), launchBrowser()]);
  const { play, publisher } = await broadcast(system, 'whep');
  const page = await (await browser.newContext()).newPage();
  await keepPeers(page);
  await page.goto(`${system.url}/healthz`);
  const { status, text } = await whep(page, play.whep);
  if (status !== 201) throw new Error(`WHEP: ${status} ${text}`);
  return measuredPage({ system, browser, publisher, page });
}

/** A host with a stream on stage that FFmpeg publishes by RTMP. */
export async function seeOnStage(): Promise<Measured<Quality>> {
  const [system, browser] = await Promise.all([System.start({ env: { ANNOUNCED_IP: ADDRESS } }), launchBrowser('red')]);
  const { publisher } = await broadcast(system, 'drone');
  const token = await system.token('stage', 'host', 'host', 'Host');
  const host = await RoomPage.open(browser, system, `/r/stage?token=${token}`, { before: keepPeers });
  await host.enter();
  await until('the stream has a seat', async () => {
    const { status } = await system.api('POST', '/rooms/stage/stage/streams', { app: 'live', name: 'drone' });
    return status === 201;
  });
  await host.page.locator('[data-testid="tile"] video').nth(1).waitFor();
  return measuredPage({ system, browser, publisher, page: host.page });
}

async function broadcast(system: System, name: string) {
  const { publish, play } = await system.createStream(name);
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-re',
    '-stream_loop',
    '-1',
    '-i',
    await broadcastClip(),
    '-c',
    'copy',
    '-f',
    'flv',
    publish.rtmp,
  ];
  const publisher = spawn(FFMPEG, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await until('the stream is live', async () => (await fetch(play.flv, { method: 'HEAD' })).ok);
  return { play, publisher };
}

interface PageParts {
  system: System;
  browser: Browser;
  publisher: ChildProcess;
  page: Page;
}

const measuredPage = ({ system, browser, publisher, page }: PageParts): Measured<Quality> => ({
  system,
  measure: async (seconds) => {
    const before = await received(page);
    await pause(seconds * 1000);
    return qualityBetween(before, await received(page));
  },
  stop: async () => {
    publisher.kill('SIGKILL');
    await browser.close();
    await system.stop();
  },
});
