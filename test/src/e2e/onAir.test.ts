import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, launchBrowser, meanColour, PEOPLE, pictures, RoomPage, samples, System, tone, until, type Rgb } from '../support/index.js';

const ROOM = 'show';
const isGreen = ([red, green, blue]: Rgb) => green > red + 30 && green > blue + 30;

/** Every part of the picture: the program may show somebody anywhere. */
const PLACES = [0, 0.25, 0.5, 0.75].flatMap((x) => [0, 0.25, 0.5, 0.75].map((y) => [x, y] as const));

describe('a stranger who wants to take part', () => {
  let system: System;
  let browsers: Browser[];
  let host: RoomPage;
  let stranger: RoomPage;
  let viewer: RoomPage;

  /** Whether a second of the program shows the stranger's picture and carries their sound. */
  async function inProgram(): Promise<{ seen: boolean; heard: boolean }> {
    const file = `${system.dataDir}/program.flv`;
    await ffmpeg('-y', '-t', '1', '-i', `${system.originUrl}/live/${ROOM}.flv`, '-c', 'copy', file);
    const frames = await pictures(file, { fps: 10, width: 160, height: 90 });
    const seen = frames.some((frame) => PLACES.some(([x, y]) => isGreen(meanColour(frame, x, y, 0.25, 0.25))));
    const audio = await samples(file);
    const heard = tone(audio, PEOPLE.green.frequency) > 0.01;
    if (frames.length === 0 || audio.length === 0) throw new Error('the program is not there');
    return { seen, heard };
  }
  const programHas = (wanted: boolean) =>
    until(`the stranger is ${wanted ? '' : 'not '}in the program`, async () => {
      const { seen, heard } = await inProgram();
      return seen === wanted && heard === wanted;
    });

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([System.start({ stagePolicy: 'request' }), launchBrowser('red'), launchBrowser('green')]);
    const [red, green] = browsers as [Browser, Browser];
    host = await RoomPage.open(red, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    await host.id('go-live').click();
    await host.id('confirm-live').click();
    await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
    viewer = await RoomPage.join(red, system, { room: ROOM, name: 'Viewer' });
    stranger = await RoomPage.join(green, system, { room: ROOM, name: 'Green' });
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await system?.stop();
  });

  it('[STG-07] is nowhere before somebody has said yes', async () => {
    await stranger.askToComeUp();
    await stranger.id('cancel-request').waitFor();
    expect(await stranger.id('toggle-camera').count()).toBe(0);
    expect(await inProgram()).toEqual({ seen: false, heard: false });
  });

  it('[ROOM-81] is backstage once let in: the host sees and hears them, viewers do not', async () => {
    await host.id('toggle-people').click();
    await host.page.locator('[data-testid^="approve-"]').click();
    await stranger.id('backstage').waitFor();
    await host.sees('Green');
    await host.hearsTone(PEOPLE.green.frequency);
    expect(await viewer.tile('Green').count()).toBe(0);
    await viewer.sees('Red');
    await viewer.hearsTone(PEOPLE.red.frequency);
    expect(await inProgram()).toEqual({ seen: false, heard: false });
  });

  it('[STG-14] is on air with one click of the host, and off again', async () => {
    await host.id('bring-on-air').click();
    await programHas(true);
    await viewer.sees('Green');
    expect(await stranger.id('backstage').count()).toBe(0);
    await host.page.locator('[data-testid="strip-source"]').filter({ hasText: 'Green' }).getByTestId('tile-menu').click();
    await host.id('send-backstage').click();
    await stranger.id('backstage').waitFor();
    await viewer.tile('Green').waitFor({ state: 'detached' });
    await programHas(false);
    await host.sees('Green');
    expect([...host.errors, ...stranger.errors, ...viewer.errors]).toEqual([]);
  });
});
