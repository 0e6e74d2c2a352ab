import { join } from 'node:path';
import { ProgramInfo } from '@lianmai/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, RoomPage, RtmpTarget, System, until, WatchPage } from '../support/index.js';

const ROOM = 'show';
const BRIDGE = /bridge\/dist\/main\.js/;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** `SCREENSHOTS=folder` keeps what the pages looked like. */
const SCREENSHOTS = process.env.SCREENSHOTS;

/** Notes whether an element with this test id is ever there from now on. */
const noteElement = (page: Page, testId: string) =>
  page.evaluate((id) => {
    const noted = ((window as unknown as { noted: Record<string, boolean> }).noted ??= {});
    noted[id] = false;
    const look = () => (noted[id] ||= document.querySelector(`[data-testid="${id}"]`) !== null);
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  }, testId);
const wasThere = (page: Page, testId: string) =>
  page.evaluate((id) => (window as unknown as { noted: Record<string, boolean> }).noted[id], testId);

describe('what pages say while a part is away', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  let guest: RoomPage;
  let watch: WatchPage;
  let target: RtmpTarget;

  const program = async () => ProgramInfo.parse((await system.api('GET', `/rooms/${ROOM}/live`)).body);
  const isLive = () =>
    until('the program is live with its output', async () => {
      const info = await program();
      return info.state === 'live' && info.outputs.every(({ state }) => state === 'live') && info;
    });
  const pictureOf = async (name: string) => {
    if (SCREENSHOTS === undefined) return;
    await Promise.all([
      host.screenshot(join(SCREENSHOTS, `${name}-studio-1440.png`)),
      guest.screenshot(join(SCREENSHOTS, `${name}-guest-390.png`)),
      watch.page.screenshot({ path: join(SCREENSHOTS, `${name}-watch.png`) }),
    ]);
  };

  beforeAll(async () => {
    [system, browser, target] = await Promise.all([System.start(), launchBrowser('red'), RtmpTarget.open()]);
    host = await RoomPage.open(browser, system, `/r/${ROOM}?token=${await system.token(ROOM, 'host', 'host', 'Host')}`);
    await host.page.setViewportSize(DESK);
    await host.enter();
    const token = await system.token(ROOM, 'guest', 'guest', '客人');
    guest = await RoomPage.open(browser, system, `/r/${ROOM}?token=${token}`, { lang: 'zh-CN' });
    await guest.page.setViewportSize(PHONE);
    await guest.enter();
    await system.api('POST', `/rooms/${ROOM}/live`, { profile: { name: '480p' }, outputs: [{ kind: 'rtmp', url: target.url }] });
    await isLive();
    watch = await WatchPage.open(browser, system, `/watch/${ROOM}`);
    await watch.plays();
    await watch.states();
    await noteElement(host.page, 'go-live');
  });
  afterAll(async () => {
    await browser?.close();
    target?.kill();
    await system?.stop();
  });

  it('that the program is being started again, while its bridge is replaced, and that outputs connect again', async () => {
    const { liveSinceMs } = await program();
    const spare = await system.untilSpareBridge();
    const running = system.children(BRIDGE).filter(({ pid }) => pid !== spare);
    // A successor that does not answer, so that pages have time to say something.
    process.kill(spare, 'SIGSTOP');
    for (const { pid } of running) process.kill(pid, 'SIGKILL');
    await Promise.all([host.id('program-restarting').waitFor(), guest.id('program-restarting').waitFor()]);
    await watch.page.locator('[data-testid="watch-state"][data-state="stalled"]').waitFor();
    expect(await host.id('program-restarting').textContent()).toBe(
      'The program is being started again. You can go on talking: the call is not affected.',
    );
    expect(await guest.id('program-restarting').textContent()).toBe('节目正在重新启动，连麦不受影响，可以继续交谈。');
    expect(await host.id('live-pill').textContent()).toMatch(/^Starting again….*\d:\d\d$/);
    expect(await host.id('output-row').textContent()).toContain('Reconnecting');
    await pictureOf('bridge-away');
    await host.id('program-restarting').waitFor({ state: 'detached' });
    expect((await isLive()).liveSinceMs).toBe(liveSinceMs);
    await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
    await watch.plays();
  });

  it('that the connection is lost, while the server is away, and never that the show is over', async () => {
    const { liveSinceMs } = await program();
    const covers = [host, guest].map((person) => person.id('reconnecting').waitFor());
    const back = system.endServer('SIGKILL');
    await Promise.all(covers);
    expect(await host.id('reconnecting').textContent()).toContain('it goes on unless the whole server is down');
    expect(await guest.id('reconnecting').textContent()).toContain('只要服务器没有整个停机，直播就会继续');
    expect(await host.id('live-pill').getAttribute('data-state')).toBe('live');
    await pictureOf('server-away');
    await back;
    await Promise.all([host, guest].map((person) => person.id('reconnecting').waitFor({ state: 'detached' })));
    expect((await isLive()).liveSinceMs).toBe(liveSinceMs);
    await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
    await host.id('end-live').waitFor();
    await watch.plays();
  });

  it('and afterwards nobody has been told to go live, or that the broadcast has ended', async () => {
    expect(await wasThere(host.page, 'go-live')).toBe(false);
    const states = await watch.states();
    expect(states.filter((state) => state === 'ended' || state === 'waiting')).toEqual([]);
    expect([...host.errors, ...guest.errors, ...watch.errors]).toEqual([]);
  });
});
