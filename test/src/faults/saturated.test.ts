import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ProgramInfo } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, pause, RoomPage, RtmpTarget, System, until, whep, type Arrival } from '../support/index.js';

/** `SATURATED_SECONDS=600 npm run test:faults -- saturated` takes as long as that. */
const SECONDS = Number(process.env.SATURATED_SECONDS ?? 75);
const HOGS_PER_CORE = 2;
/** Log lines of anything that is taken for frozen, has died or has failed. Threads have no other sign: program, SRT, overlays. */
const REPLACED = /"msg":"[^"]*(hangs|frozen|crashed|died|failed|ended; starting|exited unexpectedly)/;
/** Processes that are never replaced without a fault, the spare bridge included. An encoder is, by one with another preset. */
const LASTING = {
  server: /server\/dist\/serverMain\.js/,
  bridge: /bridge\/dist\/main\.js/,
  worker: /mediasoup-worker/,
  transcoder: /libopus/,
};
const ENCODER = /libx264/;
/** How much of the clock's time the program must have made. The rest is what may wait on its way to the destination. */
const LEAST_MADE = 0.97;
const PAINT_EVERY_MS = 5000;

describe('a system whose cores are all busy with something else', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  let target: RtmpTarget;
  let logo: string;
  const hogs: ChildProcess[] = [];

  const pids = () => Object.values(LASTING).flatMap((filter) => system.children(filter).map(({ pid }) => pid));
  const replacements = () => system.output.split('\n').filter((line) => REPLACED.test(line));
  const program = async () => ProgramInfo.parse((await system.api('GET', '/rooms/crowded/live')).body);

  /** All that stays the same while nothing is replaced. */
  async function running() {
    const { programId, state, stats } = await program();
    const restarts = { encoder: stats?.encoderRestarts, decoder: stats?.decoderRestarts };
    return { pids: pids(), programId, state, restarts, connections: target.connections };
  }

  /** The next sound that reaches the destination. */
  function nextSound(): Promise<Arrival> {
    const before = target.media.newest('audio');
    return until('the program goes on', () => {
      const next = target.media.newest('audio');
      return next !== before && next;
    });
  }

  /** The overlay thread owes no sign of life unless it has something to paint: a logo of a size that it has not seen yet. */
  async function keepPainting(seconds: number): Promise<void> {
    const endMs = performance.now() + seconds * 1000;
    for (let count = 0; performance.now() < endMs; count++) {
      const height = 0.03 + (count % 250) / 1000;
      const { status } = await system.api('PATCH', '/rooms/crowded/live', { scene: { logo: { image: logo, height } } });
      expect(status).toBe(200);
      await pause(Math.min(PAINT_EVERY_MS, Math.max(0, endMs - performance.now())));
    }
  }

  /** WebRTC takes Opus and the program has AAC, so a viewer needs a transcoder. */
  async function watchByWhep(): Promise<void> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${system.url}/healthz`);
    expect((await whep(page, `${system.url}/rtc/v1/whep/?app=live&stream=crowded`)).status).toBe(201);
    await until('the program has a transcoder', () => system.children(LASTING.transcoder).length > 0);
  }

  beforeAll(async () => {
    [system, browser, target] = await Promise.all([System.start({ workers: 2 }), launchBrowser('red'), RtmpTarget.open()]);
    host = await RoomPage.open(browser, system, `/r/crowded?token=${await system.token('crowded', 'host', 'host', 'Host')}`);
    await host.enter();
    await system.api('POST', '/rooms/crowded/live', { outputs: [{ kind: 'rtmp', url: target.url }] });
    await until('the program has a decoder', () => system.children(/showinfo/).length > 0);
    await until('the program is live', async () => (await program()).state === 'live');
    await watchByWhep();
    await nextSound();
    logo = await system.addPicture('crowded', await host.page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 100 } }));
    await system.untilSpareBridge();
    for (let count = 0; count < HOGS_PER_CORE * availableParallelism(); count++) hogs.push(spawn(process.execPath, ['-e', 'for (;;);']));
  });
  afterAll(async () => {
    for (const hog of hogs) hog.kill('SIGKILL');
    await browser?.close();
    await system?.stop();
    target?.kill();
  });

  /** Resolves when processes that match have others in their place. */
  async function freeze(filter: RegExp): Promise<void> {
    const frozen = system.children(filter).map(({ pid }) => pid);
    expect(frozen).not.toEqual([]);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    await until('others run in their place', () => {
      const running = system.children(filter).map(({ pid }) => pid);
      return running.length > 0 && running.every((pid) => !frozen.includes(pid));
    });
  }

  it('replaces an encoder that is frozen', async () => {
    await freeze(ENCODER);
    await until('the statistics say so', async () => ((await program()).stats?.encoderRestarts ?? 0) > 0);
  });

  it(
    'replaces nothing that is healthy, and the program keeps the time of the clock',
    async () => {
      const before = await running();
      expect([before.state, before.connections]).toEqual(['live', 1]);
      const earlier = replacements().length;
      const first = await nextSound();
      await keepPainting(SECONDS);
      const last = await nextSound();
      expect(replacements().slice(earlier)).toEqual([]);
      expect(await running()).toEqual(before);
      const made = ((last.mediaMs ?? NaN) - (first.mediaMs ?? NaN)) / (last.atMs - first.atMs);
      expect(made).toBeGreaterThanOrEqual(LEAST_MADE);
      console.log(
        `${SECONDS} s with ${hogs.length} busy processes: nothing was replaced, and the program made ${made.toFixed(3)} of the time`,
      );
    },
    SECONDS * 1000 + 300_000,
  );

  it('replaces media workers that are frozen', () => freeze(LASTING.worker));
});
