import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, RoomPage, System, until, WatchPage } from '../support/index.js';

const ROOM = 'evening';

describe('the audience on the watch page', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  let ann: WatchPage;
  let bo: WatchPage;
  let quiet: WatchPage;

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start({ stagePolicy: 'request' }), launchBrowser('red')]);
    host = await RoomPage.open(browser, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Hana');
    await host.id('go-live').click();
    await host.id('confirm-live').click();
    await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
    const watch = () => WatchPage.open(browser, system, `/watch/${ROOM}`);
    [ann, bo, quiet] = await Promise.all([watch(), watch(), watch()]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, person] of Object.entries({ host, ann, bo, quiet }))
      await person?.page.screenshot({ path: `/tmp/fail-${task.id}-${name}.png` });
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const said = (seenBy: RoomPage | WatchPage, text: string): Locator => seenBy.id('chat-message').filter({ hasText: text });
  async function ask(who: WatchPage, name: string, message: string): Promise<void> {
    await who.id('ask-to-come-up').click();
    if (await who.id('name-input').isVisible()) await who.id('name-input').fill(name);
    await who.id('ask-message').fill(message);
    await who.id('confirm-ask').click();
  }

  it('watches and reads without a name, and gives one to write', async () => {
    await ann.plays();
    await host.id('tab-chat').click();
    await host.id('chat-input').fill('Welcome to the evening');
    await host.page.keyboard.press('Enter');
    await said(ann, 'Welcome to the evening').waitFor();
    await ann.id('chat-input').fill('Hello from the sofa');
    await ann.page.keyboard.press('Enter');
    await ann.id('name-input').fill('Ann');
    await ann.id('confirm-name').click();
    await Promise.all([host, ann, bo, quiet].map((one) => said(one, 'Hello from the sofa').waitFor()));
    await host.page.getByText('Ann', { exact: true }).waitFor();
  });

  it('deletes its own messages, and nobody else’s', async () => {
    expect(await ann.id('chat-menu').count()).toBe(1);
    await said(ann, 'Hello from the sofa').hover();
    await ann.id('chat-menu').click();
    await ann.page.getByRole('menuitem', { name: 'Delete' }).click();
    await Promise.all([host, ann, bo].map((one) => said(one, 'Hello from the sofa').waitFor({ state: 'detached' })));
  });

  it('asks to come up with a message, and sees the place in line', async () => {
    await ask(ann, 'Ann', 'I brought my guitar');
    await ann.id('queue-place').filter({ hasText: 'You are first in line' }).waitFor();
    await ask(bo, 'Bo', 'Me too');
    await bo.id('queue-place').filter({ hasText: 'You are second in line' }).waitFor();
    await host.id('tab-people').click();
    await host.page.getByText('I brought my guitar').waitFor();
    await host.page.getByText('Me too').waitFor();
  });

  it('arrives in the room as the same person once let in, and the line moves up', async () => {
    await host.page.getByRole('button', { name: 'Let Ann in backstage' }).click();
    await ann.page.waitForURL(`**/r/${ROOM}`);
    await ann.id('backstage').waitFor();
    await host.page.getByRole('button', { name: 'Bring Ann on air' }).waitFor();
    await bo.id('queue-place').filter({ hasText: 'You are first in line' }).waitFor();
  });

  it('is told when the host declines, and may ask again', async () => {
    await host.page.getByRole('button', { name: 'Decline Bo', exact: true }).click();
    await bo.id('stage-news').filter({ hasText: 'The host declined your request' }).waitFor();
    await ask(bo, 'Bo', 'Please?');
    await bo.id('queue-place').waitFor();
    await bo.id('withdraw-request').click();
    await bo.id('ask-to-come-up').waitFor();
    expect(await bo.id('stage-news').count()).toBe(0);
  });

  it('comes up by invitation from the list of the audience', async () => {
    await host.id('audience-list').click();
    await host.id('audience-search').fill('bo');
    await host.page.getByRole('button', { name: 'Invite Bo on stage' }).click();
    await bo.id('accept-invitation').click();
    await bo.page.waitForURL(`**/r/${ROOM}`);
    await bo.id('backstage').waitFor();
  });

  it('is no participant as long as it only watches, and sees the number of viewers that the host sees', async () => {
    const { participants } = (await (await fetch(`${system.url}/api/v1/lobby/${ROOM}`)).json()) as { participants: number };
    expect(participants).toBe(3);
    await quiet.plays();
    await until('both see the same number', async () => {
      const [seen, known] = await Promise.all([quiet, host].map((one) => one.id('viewers').first().innerText()));
      return seen !== undefined && seen === known;
    });
    expect([...host.errors, ...ann.errors, ...bo.errors, ...quiet.errors]).toEqual([]);
  });
});
