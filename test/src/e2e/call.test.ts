import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PATIENCE_MS, PEOPLE, RoomPage, System, until } from '../support/index.js';

describe('a call', () => {
  let system: System;
  let redBrowser: Browser;
  let greenBrowser: Browser;
  let host: RoomPage;
  let guest: RoomPage;

  beforeAll(async () => {
    [system, redBrowser, greenBrowser] = await Promise.all([
      System.start({ workers: 2, env: { LIANMAI_BRIDGE: 'external' } }),
      launchBrowser('red'),
      launchBrowser('green'),
    ]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await host?.screenshot(`/tmp/fail-${task.id}-host.png`);
    await guest?.screenshot(`/tmp/fail-${task.id}-guest.png`);
  });
  afterAll(async () => {
    await Promise.all([redBrowser?.close(), greenBrowser?.close()]);
    await system?.stop();
  });

  it('is created from the lobby and joined from another browser', async () => {
    host = await RoomPage.open(redBrowser, system, '/');
    await host.id('room-input').fill('morning');
    await host.id('create-room').click();
    await host.enter('Ruby 主播');
    guest = await RoomPage.join(greenBrowser, system, { room: 'morning', name: 'Грета 🌿' });
  });

  it('lets two people see each other', async () => {
    await Promise.all([host.sees('Грета 🌿'), guest.sees('Ruby 主播')]);
    const [red, green] = await Promise.all([guest.colour('Ruby 主播'), host.colour('Грета 🌿')]);
    expect(red[0]).toBeGreaterThan(red[1] + 60);
    expect(green[1]).toBeGreaterThan(green[0] + 60);
  });

  it('lets two people hear each other', async () => {
    await Promise.all([host.hearsTone(PEOPLE.green.frequency), guest.hearsTone(PEOPLE.red.frequency)]);
  });

  it('shows a shared screen and removes it when sharing ends', async () => {
    await guest.id('toggle-screen').click();
    await host.sees('Грета 🌿', 'screen');
    await guest.id('toggle-screen').click();
    await host.tile('Грета 🌿', 'screen').waitFor({ state: 'detached' });
  });

  it('is silent while the guest is muted', async () => {
    await guest.id('toggle-mic').click();
    await until('silence', async () => (await host.hears()) === 0, PATIENCE_MS, 100);
    await guest.id('toggle-mic').click();
    await host.hearsTone(PEOPLE.green.frequency);
  });

  it('hides the video while a camera is off and shows it again afterwards', async () => {
    await guest.id('toggle-camera').click();
    await host.tile('Грета 🌿').locator('video').waitFor({ state: 'hidden' });
    await guest.id('toggle-camera').click();
    await host.sees('Грета 🌿');
  });

  it('delivers chat as plain text, also to a guest who opens it later', async () => {
    await host.id('toggle-chat').click();
    await host.id('chat-input').fill('你好 <b>all</b>');
    await host.page.keyboard.press('Enter');
    await guest.id('toggle-chat').click();
    await guest.id('chat-message').filter({ hasText: '你好 <b>all</b>' }).waitFor();
  });

  it('keeps the seat through a page reload, without a click', async () => {
    await guest.page.reload();
    await guest.id('leave').waitFor();
    await Promise.all([host.sees('Грета 🌿'), guest.sees('Ruby 主播')]);
    await host.hearsTone(PEOPLE.green.frequency);
    expect(await host.id('tile').count()).toBe(2);
  });

  it('recovers by itself when the media workers are killed', async () => {
    const killed = system.kill(/mediasoup-worker/);
    expect(killed.length).toBe(2);
    const startedAt = Date.now();
    const again = { frames: 6 };
    await Promise.all([host.sees('Грета 🌿', 'camera', again), guest.sees('Ruby 主播', 'camera', again)]);
    console.log(`media workers killed: they see each other again after ${Date.now() - startedAt} ms`);
    await host.hearsTone(PEOPLE.green.frequency);
  });

  it('lets a viewer ask for the stage and the host approve', async () => {
    await host.id('toggle-people').click();
    const token = await system.token('morning', 'vera', 'viewer', 'Vera');
    const viewer = await RoomPage.open(greenBrowser, system, `/r/morning?token=${token}`);
    await viewer.enter();
    await viewer.askToComeUp();
    await host.page.locator('[data-testid^="approve-"]').first().click();
    await host.sees('Vera');
    await viewer.sees('Ruby 主播');
    await viewer.close();
  });

  it("leaves no error in anybody's console", () => {
    expect([...host.errors, ...guest.errors]).toEqual([]);
  });
});
