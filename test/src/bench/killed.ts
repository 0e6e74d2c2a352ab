import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import {
  BRIDGE,
  firstPicture,
  launchBrowser,
  meanColour,
  PATIENCE_MS,
  pictures,
  RoomPage,
  System,
  until,
  type Picture,
} from '../support/index.js';
import type { BenchOptions } from './arguments.js';
import { Destination } from './Destination.js';
import { repeat, summarise } from './runs.js';

const ROOM = 'bench';
const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-killed-'));
const FPS = 10;

/**
 * Kills the bridge of a program with two people and one output, `runs` times, and times from the kill: a player that asks for the same URL until it has a
 * picture (`programBackMs`), the output's first video (`outputBackMs`), and both people in it (`peopleBackMs`). With `busy`, as many processes as there
 * are cores compute all the time.
 */
export async function run({ runs, isBusy }: BenchOptions): Promise<object> {
  const system = await System.start();
  const browsers = await Promise.all([launchBrowser('red'), launchBrowser('green')]);
  const destination = await Destination.open();
  const load = Array.from({ length: isBusy ? availableParallelism() : 0 }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  try {
    await goLive(system, browsers, destination);
    const results = await repeat(runs, (index) => timeKill(system, destination, index));
    return { case: 'bridge killed', isBusy, runs, ...summarise(results) };
  } finally {
    for (const one of load) one.kill('SIGKILL');
    await Promise.all(browsers.map((browser) => browser.close()));
    await system.stop();
    await destination.close();
  }
}

async function goLive(system: System, [red, green]: readonly Browser[], destination: Destination): Promise<void> {
  const host = await RoomPage.open(red!, system, `/r/${ROOM}?token=${await system.token(ROOM, 'host', 'host', 'Host')}`);
  await host.enter();
  const guest = await RoomPage.open(green!, system, `/r/${ROOM}?token=${await system.token(ROOM, 'guest', 'guest', 'Guest')}`);
  await guest.enter();
  await destination.listen(join(FOLDER, 'first.flv'));
  const outputs = [{ kind: 'rtmp', url: destination.url }];
  const { status, body } = await system.api('POST', `/rooms/${ROOM}/live`, { profile: { name: '720p' }, outputs });
  if (status >= 300) throw new Error(`go live: ${JSON.stringify(body)}`);
  await destination.firstVideo();
}

async function timeKill(system: System, destination: Destination, index: number) {
  await system.untilSpareBridge();
  const file = join(FOLDER, `${index}.flv`);
  await destination.listen(file);
  const killedAt = performance.now();
  if (system.kill(BRIDGE).length !== 1) throw new Error('there is not one bridge');
  const [programAt, outputAt] = await Promise.all([firstPicture(`${system.originUrl}/live/${ROOM}.flv`), destination.firstVideo()]);
  const people = await until('both people are in the program', () => bothFrom(file), PATIENCE_MS, 2000);
  return {
    programBackMs: Math.round(programAt - killedAt),
    outputBackMs: Math.round(outputAt - killedAt),
    peopleBackMs: Math.round(outputAt - killedAt + people),
  };
}

/** When both people are in the recording, ms from its start; null: not yet. */
async function bothFrom(file: string): Promise<number | null> {
  const recorded = await pictures(file, { fps: FPS, width: 64, height: 36 });
  const index = recorded.findIndex(showsBoth);
  return index < 0 ? null : (index * 1000) / FPS;
}

/** Seats decide who is on the left. */
function showsBoth(picture: Picture): boolean {
  const halves = [0.15, 0.65].map((x) => meanColour(picture, x, 0.4, 0.2, 0.2));
  const isRed = halves.some(([red, green]) => red > green + 80);
  const isGreen = halves.some(([red, green]) => green > red + 60);
  return isRed && isGreen;
}
