import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PEOPLE, RoomPage, System, until } from '../support/index.js';

const ROOM = 'seats';

describe('seats', () => {
  let system: System;
  let browsers: Browser[];
  let host: RoomPage;
  let green: RoomPage;
  let blue: RoomPage;

  const seatOf = (page: RoomPage, number: number) => page.page.locator(`[data-testid="seat"][data-seat="${number}"]`);
  const sits = (page: RoomPage, number: number, name: string) => seatOf(page, number).filter({ hasText: name }).waitFor();
  const pressed = (page: RoomPage, testId: string, isOn: boolean) =>
    until(`${testId} is ${isOn ? 'on' : 'off'}`, async () => (await page.id(testId).getAttribute('aria-pressed')) === String(isOn));
  const openMenu = (page: RoomPage, seat: number) => seatOf(page, seat).getByTestId('seat-menu').click();

  /** The names on the tiles as they stand on the screen: by rows, each from the left. */
  const tiles = (page: RoomPage) =>
    page.id('tile').evaluateAll((elements) => {
      const all = elements.map((element) => ({ element: element as HTMLElement, box: element.getBoundingClientRect() }));
      all.sort((a, b) => (Math.abs(a.box.top - b.box.top) > 20 ? a.box.top - b.box.top : a.box.left - b.box.left));
      return all.map(({ element }) => element.querySelector('bdi')?.textContent ?? '');
    });
  const standInOrder = (page: RoomPage, ...names: string[]) =>
    until(`tiles stand as ${names.join(', ')}`, async () => JSON.stringify(await tiles(page)) === JSON.stringify(names));

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([
      System.start({ stagePolicy: 'request', env: { HOST_GRACE_MS: '2000' } }),
      launchBrowser('red'),
      launchBrowser('green'),
    ]);
    const [redBrowser, greenBrowser] = browsers as [Browser, Browser];
    host = await RoomPage.open(redBrowser, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    green = await RoomPage.join(greenBrowser, system, { room: ROOM, name: 'Green' });
    blue = await RoomPage.join(redBrowser, system, { room: ROOM, name: 'Blue' });
    await host.id('toggle-people').click();
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await system?.stop();
  });

  it('[STG-16] shows the host a request with its message, its wished seat and that it is for sound only', async () => {
    await green.askToComeUp({ message: 'About the sound', seat: 4, soundOnly: true });
    await green.page.locator('[data-testid="request-line"][data-place="1"]').waitFor();
    const requests = host.id('people-drawer');
    for (const text of ['About the sound', 'Wants seat 4', 'Sound only']) await requests.getByText(text).waitFor();
  });

  it('[STG-21] brings somebody on air on the seat that they wished for, with sound only', async () => {
    await host.page.locator('[data-testid^="approve-"]').click();
    await green.id('backstage').waitFor();
    await pressed(green, 'toggle-mic', true);
    await pressed(green, 'toggle-camera', false);
    await host.id('bring-on-air').click();
    await sits(host, 4, 'Green');
    await blue.tile('Green').waitFor();
    await blue.hearsTone(PEOPLE.green.frequency);
  });

  it('[STG-20] locks the microphone of a seat, as everybody can see', async () => {
    await openMenu(host, 4);
    await host.id('lock-microphone').click();
    await until('the button refuses', async () => (await green.id('toggle-mic').getAttribute('aria-disabled')) === 'true');
    await blue.tile('Green').getByLabel('Microphone locked').waitFor();
    await green.page.keyboard.press('m');
    await green.id('notice').filter({ hasText: 'locked the microphone' }).first().waitFor();
    await pressed(green, 'toggle-mic', false);
    await openMenu(host, 4);
    await host.id('lock-microphone').click();
    await until('the button works', async () => (await green.id('toggle-mic').getAttribute('aria-disabled')) !== 'true');
    await green.id('toggle-mic').click();
    await pressed(green, 'toggle-mic', true);
  });

  it('[STG-22] moves people between seats from the menu, by dragging and with the keyboard; tiles follow', async () => {
    await blue.askToComeUp();
    await host.page.locator('[data-testid^="approve-"]').click();
    await host.id('bring-on-air').click();
    await sits(host, 2, 'Blue');
    await standInOrder(green, 'Red', 'Blue', 'Green (you)');
    await openMenu(host, 4);
    await host.page.getByRole('menuitem', { name: 'Move to seat 2' }).click();
    await sits(host, 2, 'Green');
    await standInOrder(green, 'Red', 'Green (you)', 'Blue');
    await seatOf(host, 2).locator('[data-handle]').press('ArrowDown');
    await sits(host, 3, 'Green');
    await dragTo(seatOf(host, 3).locator('[data-handle]'), seatOf(host, 6));
    await sits(host, 6, 'Green');
    await standInOrder(green, 'Red', 'Blue', 'Green (you)');
    await green.sees('Blue');
  });

  it('[STG-27] lets a co-host answer requests, and nothing else', async () => {
    await openMenu(host, 6);
    await host.id('co-host').click();
    await green.id('toggle-people').click();
    await green.id('people-drawer').getByText('Requests').waitFor();
    const vera = await RoomPage.join(browsers[0] as Browser, system, { room: ROOM, name: 'Vera' });
    await vera.askToComeUp();
    await green.page.locator('[data-testid^="approve-"]').click();
    await vera.id('backstage').waitFor();
    expect(await green.id('bring-on-air').count()).toBe(0);
    expect(await green.id('seat').count()).toBe(0);
    await vera.close();
  });

  it('[STG-25] hands the room over: the host and their successor exchange seats', async () => {
    await openMenu(host, 6);
    await host.id('hand-over').click();
    await host.id('confirm-hand-over').click();
    await green.id('studio').waitFor();
    await standInOrder(blue, 'Green', 'Blue (you)', 'Red');
  });

  it('[STG-26] tells everybody that the host is away, and lets a moderator take over after the grace', async () => {
    await green.id('leave').click();
    await blue.id('host-away').waitFor();
    expect(await blue.id('take-over').count()).toBe(0);
    const takeOver = host.id('take-over');
    await until('the former host runs the room again', async () => {
      // Asked too early, the button counts down until it works.
      if ((await takeOver.count()) > 0 && (await takeOver.isEnabled())) await takeOver.click();
      return (await seatOf(host, 1).filter({ hasText: 'Red' }).count()) > 0;
    });
    await blue.id('host-away').waitFor({ state: 'detached' });
    expect([...host.errors, ...green.errors, ...blue.errors]).toEqual([]);
  });
});

/** Drags by the pointer, with a step on the way. */
async function dragTo(from: ReturnType<RoomPage['id']>, to: ReturnType<RoomPage['id']>): Promise<void> {
  await to.scrollIntoViewIfNeeded();
  const page = from.page();
  const [start, end] = [await from.boundingBox(), await to.boundingBox()];
  if (!start || !end) throw new Error('the seats are not on the screen');
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + start.width / 2, (start.y + end.y) / 2);
  await page.mouse.move(end.x + 30, end.y + end.height / 2, { steps: 4 });
  await page.mouse.up();
}
