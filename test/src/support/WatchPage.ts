import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { collectErrors } from './browser.js';
import type { System } from './System.js';
import { PATIENCE_MS, until } from './until.js';

/** One viewer on the watch page, driven by what is on the screen. */
export class WatchPage {
  readonly page: Page;
  readonly errors: string[];
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
    this.errors = collectErrors(page);
  }

  /** `before` runs before the page loads, to block requests. */
  static async open(
    browser: Browser,
    system: Pick<System, 'url'>,
    path: string,
    before?: (page: Page) => Promise<unknown>,
  ): Promise<WatchPage> {
    const context = await browser.newContext({ viewport: { width: 1024, height: 700 }, locale: 'en' });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const watch = new WatchPage(page, context);
    if (process.env.TEST_LOG) page.on('console', (message) => console.error(`[page] ${message.text()}`));
    await before?.(page);
    await page.goto(path.startsWith('http') ? path : `${system.url}${path}`);
    await watch.#recordStates();
    return watch;
  }

  id(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  get #area(): Locator {
    return this.id('watch-state');
  }

  /** The playback option in use, such as `low wsFlv`. */
  async playbackOption(): Promise<string> {
    return `${await this.#area.getAttribute('data-tier')} ${await this.#area.getAttribute('data-transport')}`;
  }

  /** Waits until the picture moves, with this playback option if one is given. */
  async plays(option?: string): Promise<void> {
    let last = '';
    await until(
      `the picture moves${option === undefined ? '' : ` with ${option}`}`,
      async () => {
        last = await this.playbackOption();
        if (option !== undefined && last !== option) return false;
        return await this.moves();
      },
      PATIENCE_MS,
      200,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it was ${last}`);
    });
  }

  /** Whether new frames appear within half a second. */
  moves(): Promise<boolean> {
    return this.page.evaluate(async () => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid="watch-video"]');
      const frames = () => video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
      const before = frames();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return video !== null && !video.paused && frames() > before + 2;
    });
  }

  /** Chooses a tier from the menu, as a viewer does. */
  async choose(tier: string): Promise<void> {
    const menu = this.id(`tier-${tier}`);
    await this.page.mouse.move(200 + Math.random() * 100, 200);
    if (!(await menu.isVisible())) await this.id('latency-menu').click();
    await menu.click();
    await this.page.keyboard.press('Escape');
  }

  /** The delay that the page shows, s; null while it shows none. */
  async latencySeconds(): Promise<number | null> {
    const text = await this.id('live-edge').getAttribute('data-latency');
    return text === null || text === '' ? null : Number(text);
  }

  /** Every state that the page has shown since the last call. */
  states(): Promise<string[]> {
    return this.page.evaluate(() => {
      const states = (window as unknown as { states: string[] }).states;
      return states.splice(0, states.length - 1).concat(states);
    });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  async #recordStates(): Promise<void> {
    await this.#area.waitFor();
    await this.#area.evaluate((area) => {
      const states = [area.getAttribute('data-state') ?? ''];
      (window as unknown as { states: string[] }).states = states;
      new MutationObserver(() => states.push(area.getAttribute('data-state') ?? '')).observe(area, { attributeFilter: ['data-state'] });
    });
  }
}
