import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ProgramInfo } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, pause, RoomPage, System, until } from '../support/index.js';

/** `SATURATED_SECONDS=600 npm run test:faults -- saturated` takes as long as that. */
const SECONDS = Number(process.env.SATURATED_SECONDS ?? 75);
const HOGS_PER_CORE = 2;
/** Log lines of anything that is taken for frozen or has died. */
const REPLACED = /"msg":"[^"]*(hangs|crashed|died|ended; starting another|exited unexpectedly)/;
const LASTING = { bridge: /bridge\/dist\/main\.js/, worker: /mediasoup-worker/ };
const ENCODER = /libx264/;

describe('a system whose cores are all busy with something else', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  const hogs: ChildProcess[] = [];

  const pids = () => Object.values(LASTING).flatMap((filter) => system.children(filter).map(({ pid }) => pid));
  const replacements = () => system.output.split('\n').filter((line) => REPLACED.test(line));
  const program = async () => ProgramInfo.parse((await system.api('GET', '/rooms/crowded/live')).body);

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start({ workers: 2 }), launchBrowser('red')]);
    host = await RoomPage.open(browser, system, `/r/crowded?token=${await system.token('crowded', 'host', 'host', 'Host')}`);
    await host.enter();
    await system.api('POST', '/rooms/crowded/live', {});
    await until('the program has a decoder', () => system.children(/showinfo/).length > 0);
    await until('the program is live', async () => (await program()).state === 'live');
    for (let count = 0; count < HOGS_PER_CORE * availableParallelism(); count++) hogs.push(spawn(process.execPath, ['-e', 'for (;;);']));
  });
  afterAll(async () => {
    for (const hog of hogs) hog.kill('SIGKILL');
    await browser?.close();
    await system?.stop();
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

  it('replaces an encoder that is frozen', () => freeze(ENCODER));

  it(
    'replaces nothing that is healthy',
    async () => {
      const before = pids();
      const earlier = replacements().length;
      await pause(SECONDS * 1000);
      expect(replacements().slice(earlier)).toEqual([]);
      expect(pids()).toEqual(before);
      console.log(`${SECONDS} s with ${hogs.length} busy processes: nothing was replaced`);
    },
    SECONDS * 1000 + 300_000,
  );

  it('replaces media workers that are frozen', () => freeze(LASTING.worker));
});
