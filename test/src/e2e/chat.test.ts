import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, RoomPage, System } from '../support/index.js';

describe('the chat', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  let ann: RoomPage;
  let bo: RoomPage;

  beforeAll(async () => {
    const config = 'chat:\n  blockWords: [casino]\n';
    [system, browser] = await Promise.all([System.start({ env: { LIANMAI_BRIDGE: 'external' }, config }), launchBrowser()]);
    const open = async (name: string, role: 'host' | 'viewer') => {
      const person = await RoomPage.open(browser, system, `/r/talk?token=${await system.token('talk', name, role, name)}`);
      await person.enter();
      await person.id('toggle-chat').click();
      return person;
    };
    host = await open('Hana', 'host');
    [ann, bo] = await Promise.all([open('Ann', 'viewer'), open('Bo', 'viewer')]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, person] of Object.entries({ host, ann, bo })) await person?.screenshot(`/tmp/fail-${task.id}-${name}.png`);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const said = (seenBy: RoomPage, text: string): Locator => seenBy.id('chat-message').filter({ hasText: text });
  async function write(from: RoomPage, text: string): Promise<void> {
    await from.id('chat-input').fill(text);
    await from.page.keyboard.press('Enter');
  }
  /** Writes something that is refused: the reason is shown, and the text is still there. */
  async function writeInVain(from: RoomPage, text: string, reason: RegExp): Promise<void> {
    await write(from, text);
    await from.id('chat-refused').filter({ hasText: reason }).waitFor();
    expect(await from.id('chat-input').inputValue()).toBe(text);
  }
  async function choose(moderator: RoomPage, text: string, item: string): Promise<void> {
    const row = moderator.page.locator('.group\\/message').filter({ hasText: text }).first();
    await row.hover();
    await row.getByTestId('chat-menu').click();
    await moderator.page.getByRole('menuitem', { name: item, exact: true }).click();
  }
  async function inSettings(change: (dialog: Locator) => Promise<unknown>): Promise<void> {
    await host.id('chat-settings').click();
    const dialog = host.page.getByRole('dialog');
    await change(dialog);
    await host.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }

  it('[CHAT-05] pins a message for everybody, late joiners too, and unpins it', async () => {
    await write(host, 'Be kind to each other');
    await choose(host, 'Be kind', 'Pin for everybody');
    await ann.id('chat-pinned').filter({ hasText: 'Be kind' }).waitFor();
    await bo.page.reload();
    await bo.id('toggle-chat').click();
    await bo.id('chat-pinned').filter({ hasText: 'Be kind' }).waitFor();
    await choose(host, 'Be kind', 'Unpin');
    await ann.id('chat-pinned').waitFor({ state: 'detached' });
  });

  it('[CHAT-04] deletes any message for a moderator, and their own for everybody else', async () => {
    await write(ann, 'first of Ann');
    await write(ann, 'second of Ann');
    await Promise.all([said(host, 'second of Ann').waitFor(), said(bo, 'second of Ann').waitFor()]);
    expect(await bo.id('chat-menu').count()).toBe(0);
    await choose(ann, 'first of Ann', 'Delete');
    await choose(host, 'second of Ann', 'Delete');
    for (const person of [host, ann, bo])
      for (const text of ['first of Ann', 'second of Ann']) await said(person, text).waitFor({ state: 'detached' });
  });

  it('[CHAT-08] keeps out words of the server and of the room, and keeps the draft', async () => {
    await writeInVain(ann, 'to the C a s i n o', /word that is not allowed/);
    await inSettings(async (dialog) => {
      await dialog.getByLabel('Words that are not allowed').fill('lottery\n代开发票');
      await dialog.getByRole('button', { name: 'Save words' }).click();
      await host.page.getByText('The words are saved.').waitFor();
    });
    await writeInVain(bo, '可代开发票', /word that is not allowed/);
    await writeInVain(ann, 'win the L-O-T-T-E-R-Y', /word that is not allowed/);
    await write(ann, 'win the game');
    await said(host, 'win the game').waitFor();
    await ann.id('chat-refused').waitFor({ state: 'detached' });
  });

  it('[CHAT-10] keeps links to the stage when the host says so', async () => {
    await write(bo, 'see https://first.example');
    await said(ann, 'https://first.example').waitFor();
    await inSettings((dialog) => dialog.getByRole('switch').click());
    await writeInVain(bo, 'see www.second.example', /Remove the link/);
    await write(host, 'see https://third.example');
    await said(bo, 'https://third.example').waitFor();
  });

  it('[CHAT-07] mutes a person, also after they come back, until a moderator lets them write again', async () => {
    await choose(host, 'win the game', 'For 10 minutes');
    await host.page.getByText('Muted', { exact: true }).first().waitFor();
    await writeInVain(ann, 'why?', /write again in (10:00|9:\d\d)/);
    await ann.close();
    ann = await RoomPage.open(browser, system, `/r/talk?token=${await system.token('talk', 'Ann', 'viewer', 'Ann')}`);
    await ann.enter();
    await ann.id('toggle-chat').click();
    await writeInVain(ann, 'and now?', /write again in \d+:\d\d/);
    await inSettings((dialog) => dialog.getByRole('button', { name: 'Let Ann write again' }).click());
    await ann.id('chat-send').click();
    await said(host, 'and now?').waitFor();
  });

  it('[CHAT-06] slows people down, tells them for how long, and lets them send afterwards', async () => {
    await inSettings((dialog) => dialog.getByLabel('Slow mode').selectOption('5000'));
    await ann.page.getByText('Slow mode: one message every 5 s').waitFor();
    await write(ann, 'one');
    await said(bo, 'one').first().waitFor();
    await writeInVain(ann, 'two', /in [1-5] s/);
    await ann.id('chat-refused').waitFor({ state: 'detached' });
    await ann.id('chat-send').click();
    await said(bo, 'two').waitFor();
  });

  it("leaves no error in anybody's console", () => {
    expect([...host.errors, ...ann.errors, ...bo.errors]).toEqual([]);
  });
});
