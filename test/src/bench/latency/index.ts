import type { Browser, Page } from 'playwright-core';
import { launchBrowser, pause, System, until, WatchPage } from '../../support/index.js';
import type { BenchOptions } from '../arguments.js';
import { percentiles } from '../report.js';
import { repeat, summarise, type Figures } from '../runs.js';
import { Camera } from './Camera.js';
import { latenciesOf, watchBlocks } from './timecode.js';

/** The name in the result, the tier that the viewer chooses on the watch page, and the playback option that then plays. */
const TIERS = [
  { name: 'whepMs', tier: 'lowest', option: 'lowest whep' },
  { name: 'flvMs', tier: 'low', option: 'low wsFlv' },
  { name: 'llhlsMs', tier: 'balanced', option: 'balanced hls' },
  { name: 'hlsMs', tier: 'stable', option: 'stable hls' },
] as const;
/** Not counted: x264 is still starting. */
const FIRST_PICTURES = 30;
/** Players start further back and catch up by playing a little faster. */
const SETTLE_MS = 10_000;

/** The time from making a frame (it is painted into the frame) to showing it on our watch page in Chromium, tier by tier, `runs` times. x264 publishes by RTMP over loopback. */
export async function run({ seconds, runs }: BenchOptions): Promise<object> {
  const system = await System.start();
  const browser = await launchBrowser();
  const stream = await system.createStream('clock');
  const camera = new Camera(stream.publish.rtmp);
  try {
    await until('the stream is live', async () => (await fetch(stream.play.hls)).ok);
    const results = await repeat(runs, () => measureAll({ browser, system, camera }, seconds));
    return {
      case: 'latency',
      seconds,
      runs,
      ...summarise(results),
      repeated: camera.repeated,
      pictures: camera.madeAtMs.length,
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

async function measure(
  { browser, system, camera }: Stage,
  { name, tier, option }: (typeof TIERS)[number],
  seconds: number,
): Promise<Figures> {
  // The bench's compiler wraps functions in a helper that the page lacks.
  const prepare = (page: Page) => page.addInitScript('globalThis.__name ??= (named) => named');
  const page = await WatchPage.open(browser, system, '/live/clock', prepare);
  await page.plays();
  await page.choose(tier);
  await page.plays(option);
  await pause(SETTLE_MS);
  const encodedBefore = camera.encoderMs.length;
  const { latenciesMs, unreadable } = latenciesOf(await watchBlocks(page.page, seconds));
  const ended = await page.playbackOption();
  const shown = await page.latencySeconds();
  await page.close();
  if (ended !== option) throw new Error(`${name}: the page left "${option}" for "${ended}"`);
  if (latenciesMs.length < seconds * 10)
    throw new Error(`${name}: only ${latenciesMs.length} frames were readable, ${unreadable} were not`);
  const figures = percentiles(latenciesMs);
  const encoder = percentiles(camera.encoderMs.slice(encodedBefore));
  console.error(
    `${name}: p50 ${figures.p50}, p95 ${figures.p95} of ${latenciesMs.length} frames; encoder p50 ${encoder.p50}, p95 ${encoder.p95}; the page shows ${shown} s`,
  );
  return figures;
}
