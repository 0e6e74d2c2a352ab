import { spawn, type ChildProcess } from 'node:child_process';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRIDGE, launchBrowser, System, until, WatchPage } from '../support/index.js';

interface Made {
  id: string;
  watch: string;
  publish: { rtmp: string };
}

/** Sends a moving picture with sound, as OBS does, and reconnects like OBS when it is cut off. */
class Broadcaster {
  readonly #args: string[];
  #child: ChildProcess;
  #isOn = true;

  constructor(url: string) {
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bf', '0', '-g', '50', '-pix_fmt', 'yuv420p'];
    this.#args = ['-nostdin', '-v', 'error', '-re', ...picture, ...sound, ...video, '-c:a', 'aac', '-f', 'flv', url];
    this.#child = this.#start();
  }

  /** Resolves when it has been cut off or stopped. */
  get exited(): Promise<unknown> {
    const { exitCode, signalCode } = this.#child;
    return exitCode !== null || signalCode !== null ? Promise.resolve() : new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** Ends without a goodbye, as when its machine loses power. */
  async kill(): Promise<void> {
    this.#isOn = false;
    const { exited } = this;
    this.#child.kill('SIGKILL');
    await exited;
  }

  #start(): ChildProcess {
    const child = spawn(process.env.FFMPEG_PATH ?? 'ffmpeg', this.#args, { stdio: 'ignore' });
    child.once('exit', () => setTimeout(() => this.#isOn && (this.#child = this.#start()), 500));
    return child;
  }
}

describe('a stream from outside, on the watch page', () => {
  let system: System;
  let browser: Browser;
  let stream: Made;
  let broadcaster: Broadcaster | undefined;
  let viewer: WatchPage;

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start(), launchBrowser()]);
    stream = (await system.api('POST', '/streams', { name: 'cam', title: 'Kitchen' })).body as Made;
  });

  afterAll(async () => {
    await broadcaster?.kill();
    await browser?.close();
    await system?.stop();
  });

  it('waits for the start, then plays over FLV by itself', async () => {
    viewer = await WatchPage.open(browser, system, '/live/cam');
    await viewer.page.getByText('The broadcast has not started').waitFor();
    broadcaster = new Broadcaster(stream.publish.rtmp);
    await viewer.plays('low wsFlv');
    await viewer.page.getByRole('heading', { name: 'Kitchen' }).waitFor();
  });

  it.each([
    { tier: 'lowest', option: 'lowest whep', mostSeconds: 1 },
    { tier: 'balanced', option: 'balanced hls', mostSeconds: 4 },
    { tier: 'stable', option: 'stable hls', mostSeconds: 12 },
    { tier: 'low', option: 'low wsFlv', mostSeconds: 2.5 },
  ])('switches to $option when $tier is chosen, without a break', async ({ tier, option, mostSeconds }) => {
    await viewer.states();
    await viewer.choose(tier);
    await viewer.plays(option);
    expect(new Set(await viewer.states())).toEqual(new Set(['playing']));
    await until(`the page is less than ${mostSeconds} s behind`, async () => {
      const latency = await viewer.latencySeconds();
      return latency !== null && latency > 0 && latency < mostSeconds;
    });
  });

  it('shows one video element to people and screen readers, whatever plays behind it', async () => {
    expect(await viewer.page.locator('video:not([aria-hidden])').count()).toBe(1);
    expect(await viewer.id('watch-video').getAttribute('aria-label')).toBe('Kitchen');
  });

  it('remembers volume, mute and the chosen tier', async () => {
    await viewer.choose('balanced');
    await viewer.plays('balanced hls');
    await viewer.page.keyboard.press('m');
    await viewer.page.reload();
    await viewer.plays('balanced hls');
    expect(await viewer.id('watch-video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
    await viewer.page.keyboard.press('m');
    await viewer.choose('auto');
    await viewer.plays('low wsFlv');
  });

  it('continues after its broadcaster was killed and came back, without a click', async () => {
    await broadcaster?.kill();
    await until('the picture stands still', async () => !(await viewer.moves()));
    broadcaster = new Broadcaster(stream.publish.rtmp);
    await viewer.plays('low wsFlv');
  });

  it('seeks back and returns to live', async () => {
    await viewer.page.mouse.move(320, 320);
    await viewer.id('watch-back').click();
    await viewer.plays('stable hls');
    const behind = () => viewer.latencySeconds();
    await until('the page is 15 s behind', async () => ((await behind()) ?? 0) > 12);
    await viewer.id('live-edge').click();
    await viewer.plays('low wsFlv');
    await until('the page is live again', async () => ((await behind()) ?? 99) < 4);
  });

  it('continues after the bridge was killed', async () => {
    expect(system.kill(BRIDGE)).toHaveLength(1);
    await until('the origin is back', async () => (await fetch(`${system.originUrl}/readyz`)).ok);
    await viewer.plays();
    expect(viewer.errors).toEqual([]);
    await viewer.close();
  });

  describe('when a playback option is blocked', () => {
    const blockWhep = (page: Page) => page.route('**/rtc/v1/whep/**', (route) => route.abort());
    const blockFlv = (page: Page) => page.route(/\.flv/, (route) => route.abort());

    it('falls back from WebRTC to FLV, and says so', async () => {
      const page = await WatchPage.open(browser, system, '/live/cam', blockWhep);
      await page.plays();
      await page.choose('lowest');
      await page.plays('low wsFlv');
      await page.page.mouse.move(300, 300);
      await page.id('latency-menu').click();
      await page.page.getByText('Not possible right now').waitFor();
      await page.close();
    });

    it('falls back from WebSocket to HTTP, and from FLV to LL-HLS', async () => {
      let isBlocked = false;
      const sockets: WebSocketRoute[] = [];
      const page = await WatchPage.open(browser, system, '/live/cam', (one) =>
        one.routeWebSocket(/\.flv/, (socket) => {
          if (isBlocked) {
            void socket.close();
            return;
          }
          socket.connectToServer();
          sockets.push(socket);
        }),
      );
      await page.plays('low wsFlv');
      isBlocked = true;
      for (const socket of sockets) await socket.close();
      await page.plays('low flv');
      await page.close();

      const other = await WatchPage.open(browser, system, '/live/cam', async (one) => {
        await one.routeWebSocket(/\.flv/, (socket) => void socket.close());
        await blockFlv(one);
      });
      await other.plays('balanced hls');
      await other.close();
    });

    it('plays over WebRTC when everything else is blocked', async () => {
      const page = await WatchPage.open(browser, system, '/live/cam', async (one) => {
        await one.routeWebSocket(/\.flv/, (socket) => void socket.close());
        await blockFlv(one);
        await one.route(/\.m3u8/, (route) => route.abort());
      });
      await page.plays('lowest whep');
      await page.close();
    });
  });

  it('opens a signed stream only by its signed link', async () => {
    const { body } = await system.api('POST', '/streams', { name: 'members', playAccess: 'signed' });
    const signed = body as Made;
    const second = new Broadcaster(signed.publish.rtmp);
    try {
      const outside = await WatchPage.open(browser, system, '/live/members');
      await outside.page.getByText('This broadcast is by invitation').waitFor();
      await outside.close();
      const links = (await system.api('POST', `/streams/${signed.id}/play-urls`, { ttlSeconds: 600 })).body as { watch: string };
      const inside = await WatchPage.open(browser, system, links.watch);
      await inside.plays('low wsFlv');
      for (const [tier, option] of [
        ['lowest', 'lowest whep'],
        ['balanced', 'balanced hls'],
      ] as const) {
        await inside.choose(tier);
        await inside.plays(option);
      }
      await inside.close();
    } finally {
      await second.kill();
    }
  });

  it('says that the show is over, and starts again with the next one', async () => {
    const page = await WatchPage.open(browser, system, '/live/cam');
    await page.plays();
    await broadcaster?.kill();
    await page.page.getByText('The broadcast has ended').waitFor();
    broadcaster = new Broadcaster(stream.publish.rtmp);
    await page.plays();
    expect(page.errors).toEqual([]);
    await page.close();
  });
});

describe("the operator's page of streams", () => {
  let system: System;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start(), launchBrowser()]);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' });
    page = await context.newPage();
    await page.goto(`${system.url}/streams`);
  });

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const id = (testId: string) => page.getByTestId(testId);

  it('opens only with the right key and secret', async () => {
    await id('api-key').fill('test-key');
    await id('api-secret').fill('a wrong secret');
    await id('sign-in').click();
    await page.getByRole('alert').waitFor();
    await id('api-secret').fill('test-secret-that-is-long-enough-to-sign');
    await id('sign-in').click();
    await page.getByText('No streams yet').waitFor();
  });

  it('creates a stream whose copied address publishes, and shows it live with its figures', async () => {
    await id('create-stream').click();
    await id('stream-name').fill('door');
    await id('confirm-stream').click();
    await id('rtmp-key').waitFor();
    expect(await id('rtmp-key').inputValue()).not.toMatch(/key=\w/);
    await id('reveal-key').click();
    const broadcaster = new Broadcaster(`${await id('rtmp-server').inputValue()}/${await id('rtmp-key').inputValue()}`);
    try {
      await page.locator('[data-stream="live/door"][data-state="live"]').waitFor({ state: 'attached' });
      await page.getByText('H.264 320×180').waitFor({ state: 'attached' });
      await id('tab-people').click();
      await page.locator('[data-testid="stream-client"][data-action="publish"]').waitFor();
      await page.getByRole('button', { name: /^Disconnect/ }).click();
      const { exited } = broadcaster;
      await id('confirm-kick').click();
      await exited;
    } finally {
      await broadcaster.kill();
    }
  });

  it('replaces the key and deletes the stream after one confirmation', async () => {
    await id('tab-publish').click();
    const before = await id('rtmp-key').inputValue();
    await id('tab-settings').click();
    await id('rotate-key').click();
    await id('confirm-rotate').click();
    await page.getByText('The stream has a new key').waitFor();
    await id('tab-publish').click();
    await until('the key has changed', async () => {
      if (await page.getByText('Show the key').isVisible()) await id('reveal-key').click();
      return (await id('rtmp-key').inputValue()) !== before;
    });
    await id('tab-settings').click();
    await id('remove-stream').click();
    await id('confirm-remove').click();
    await page.getByText('No streams yet').waitFor();
  });

  it('stays signed in through a reload, until the operator signs out', async () => {
    await page.reload();
    await page.getByText('No streams yet').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await id('api-key').waitFor();
  });
});
