import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { collectErrors } from './browser.js';
import type { Rgb } from './ffmpeg.js';
import type { System } from './System.js';
import { PATIENCE_MS, until } from './until.js';

export interface JoinOptions {
  room: string;
  name: string;
  /** Set by a token from the API; without it, the lobby decides. */
  role?: 'host' | 'guest' | 'viewer';
  lang?: 'en' | 'zh-CN';
}

/** One person on the room page, driven by what is on the screen: roles, names and test ids. */
export class RoomPage {
  readonly page: Page;
  readonly errors: string[];
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
    this.errors = collectErrors(page);
  }

  /** `before` runs before the page loads. */
  static async open(
    browser: Browser,
    system: Pick<System, 'url'>,
    path: string,
    { lang = 'en', before }: { lang?: string; before?: (page: Page) => Promise<unknown> } = {},
  ): Promise<RoomPage> {
    const context = await browser.newContext({
      viewport: { width: 1024, height: 700 },
      locale: lang,
      permissions: ['camera', 'microphone'],
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const room = new RoomPage(page, context);
    if (process.env.TEST_LOG) page.on('console', (message) => console.error(`[page] ${message.text()}`));
    await before?.(page);
    await page.goto(`${system.url}${path}`);
    return room;
  }

  /** Opens the room's lobby, enters the name and presses the only button. */
  static async join(browser: Browser, system: System, { room, name, lang }: JoinOptions): Promise<RoomPage> {
    const person = await RoomPage.open(browser, system, `/r/${room}`, { ...(lang && { lang }) });
    await person.enter(name);
    return person;
  }

  /** Joins; without a name where the token has one. */
  async enter(name?: string): Promise<void> {
    if (name !== undefined) await this.id('name-input').fill(name);
    await this.id('join-room').click();
    await this.id('leave').waitFor();
  }

  /** Asks to come on stage through the dialog: with the devices of its preview, or with sound only. */
  async askToComeUp({ message, seat, soundOnly = false }: { message?: string; seat?: number; soundOnly?: boolean } = {}): Promise<void> {
    await this.id('request-stage').click();
    await this.id('preview-video').waitFor();
    if (soundOnly) await this.id('sound-only').check();
    if (message !== undefined) await this.id('request-message').fill(message);
    if (seat !== undefined)
      await this.id('wished-seat')
        .getByRole('radio', { name: `Seat ${seat}` })
        .click();
    await this.id('send-request').click();
    await this.id('send-request').waitFor({ state: 'detached' });
  }

  /** Shows, for a failed test, what the person saw. */
  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  id(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  tile(name: string, source: 'camera' | 'screen' = 'camera'): Locator {
    return this.page.locator(`[data-testid="tile"][data-source="${source}"]`).filter({ hasText: name }).first();
  }

  /** Waits until the picture in a tile moves: until it has shown some more frames. */
  async sees(name: string, source: 'camera' | 'screen' = 'camera', { frames: wanted = 3 } = {}): Promise<void> {
    const video = this.tile(name, source).locator('video');
    await video.waitFor();
    const frames = () => video.evaluate((element: HTMLVideoElement) => element.getVideoPlaybackQuality().totalVideoFrames);
    const before = await frames();
    await until(`${name}'s ${source} moves`, async () => (await frames()) >= before + wanted);
  }

  /** The mean colour of the middle of a tile, as the page decodes it. */
  async colour(name: string): Promise<Rgb> {
    return this.tile(name)
      .locator('video')
      .evaluate((video: HTMLVideoElement): [number, number, number] => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [16, 16];
        const context = canvas.getContext('2d');
        context?.drawImage(video, video.videoWidth / 4, video.videoHeight / 4, video.videoWidth / 2, video.videoHeight / 4, 0, 0, 16, 16);
        const pixels = context?.getImageData(0, 0, 16, 16).data ?? [];
        const sum: [number, number, number] = [0, 0, 0];
        for (let at = 0; at < pixels.length; at += 4) for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (pixels[at + c] ?? 0) / 256;
        return sum;
      });
  }

  /** The strongest frequency in everything that the page plays, Hz; 0 for silence. */
  async hears(): Promise<number> {
    return this.page.evaluate(async () => {
      const streams = [...document.querySelectorAll('audio, video')]
        .map((element) => (element as HTMLMediaElement).srcObject)
        .filter((stream): stream is MediaStream => stream instanceof MediaStream && stream.getAudioTracks().length > 0);
      const context = new AudioContext({ sampleRate: 48_000 });
      await context.resume();
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      for (const stream of streams) context.createMediaStreamSource(stream).connect(analyser);
      const bins = new Float32Array(analyser.frequencyBinCount);
      let best = { level: -70, bin: 0 };
      for (let turn = 0; turn < 10; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        analyser.getFloatFrequencyData(bins);
        bins.forEach((level, bin) => {
          if (bin > 8 && level > best.level) best = { level, bin };
        });
      }
      await context.close();
      return (best.bin * 48_000) / 8192;
    });
  }

  async hearsTone(frequency: number): Promise<void> {
    await until(`a tone of ${frequency} Hz is heard`, async () => Math.abs((await this.hears()) - frequency) < 20, PATIENCE_MS, 100);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
