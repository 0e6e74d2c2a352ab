import type { Browser, Page } from 'playwright-core';
import { launchBrowser, pause, System, until, WatchPage } from '../../support/index.js';
import type { BenchOptions } from '../arguments.js';
import { percentiles } from '../report.js';
import { repeat, summarise, type Figures } from '../runs.js';
import { Camera } from './Camera.js';
import { latenciesOf, watchBlocks } from './timecode.js';

/** Name in the result, what the viewer chooses on the watch page, and what plays then. */
const TIERS = [
  { name: 'whepMs', wish: 'lowest', way: 'lowest whep' },
  { name: 'flvMs', wish: 'low', way: 'low wsFlv' },
  { name: 'llhlsMs', wish: 'balanced', way: 'balanced hls' },
  { name: 'hlsMs', wish: 'stable', way: 'stable hls' },
] as const;
/** While x264 starts. */
const FIRST_PICTURES = 30;
/** Players begin further back and come nearer by playing a little faster. */
const SETTLE_MS = 10_000;

/** From the making of a picture (its time is painted into it) to its showing on our watch page in Chromium, tier by tier, `runs` times: x264 and RTMP in, this machine's loopback. */
export async function run({ seconds, runs }: BenchOptions): Promise<object> {
  const system = await System.start();
  const browser = await launchBrowser();
  const stream = await system.createStream('clock');
  const camera = new Camera(stream.publish.rtmp);
  try {
    await until('it is live', async () => (await fetch(stream.play.hls)).ok);
    const results = await repeat(runs, () => measureAll({ browser, system, camera }, seconds));
    return {
      ...{ case: 'latency', seconds, runs, ...summarise(results) },
      ...{ repeated: camera.repeated, pictures: camera.madeAtMs.length },
    };
  } catch (error) {
    throw new Error(`${String(error)}\n${camera.log}`, { cause: error });
  } finally {
    camera.stop();
    await browser.close();
    await system.stop();
  }
}

interface Stage {
  browser: Browser;
  system: System;
  camera: Camera;
}

async function measureAll(stage: Stage, seconds: number): Promise<Figures> {
  const encodedBefore = Math.max(stage.camera.encoderMs.length, FIRST_PICTURES);
  const tiers: Record<string, Figures> = {};
  for (const tier of TIERS) tiers[tier.name] = await measure(stage, tier, seconds);
  return { ...tiers, encoderMs: percentiles(stage.camera.encoderMs.slice(encodedBefore)) };
}

async function measure({ browser, system, camera }: Stage, { name, wish, way }: (typeof TIERS)[number], seconds: number): Promise<Figures> {
  // The bench's compiler marks functions with a helper that the page does not have.
  const prepare = (page: Page) => page.addInitScript('globalThis.__name ??= (named) => named');
  const page = await WatchPage.open(browser, system, '/live/clock', prepare);
  await page.plays();
  await page.choose(wish);
  await page.plays(way);
  await pause(SETTLE_MS);
  const encodedBefore = camera.encoderMs.length;
  const { latenciesMs, unreadable } = latenciesOf(await watchBlocks(page.page, seconds));
  const [ended, shown] = [await page.way(), await page.latencySeconds()];
  await page.close();
  if (ended !== way) throw new Error(`${name}: the page left "${way}" for "${ended}"`);
  if (latenciesMs.length < seconds * 10) throw new Error(`${name}: only ${latenciesMs.length} pictures were read, ${unreadable} were not`);
  const figures = percentiles(latenciesMs);
  const encoder = percentiles(camera.encoderMs.slice(encodedBefore));
  console.error(
    `${name}: p50 ${figures.p50}, p95 ${figures.p95} of ${latenciesMs.length} pictures; encoder p50 ${encoder.p50}, p95 ${encoder.p95}; the page says ${shown} s`,
  );
  return figures;
}
