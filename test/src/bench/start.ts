import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, RoomPage, System } from '../support/index.js';
import type { BenchOptions } from './arguments.js';
import { Destination } from './Destination.js';
import { percentiles } from './report.js';
import { spreadOf } from './runs.js';

const ROOM = 'bench';

/** Times going live (request to first video tag at the RTMP server) and joining (click on Join to the first frame of another person), `runs` times each. */
export async function run({ runs }: BenchOptions): Promise<object> {
  const system = await System.start();
  const [hostBrowser, guestBrowser] = await Promise.all([launchBrowser('red'), launchBrowser('green')]);
  try {
    const host = await RoomPage.open(hostBrowser, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Host');
    const joinMs: number[] = [];
    for (let index = 0; index < runs; index++) joinMs.push(await timeJoin(guestBrowser, system, index));
    const goLiveMs: number[] = [];
    for (let index = 0; index < runs; index++) goLiveMs.push(await timeGoLive(system));
    return { case: 'start', runs, goLiveMs: summariseMs(goLiveMs), joinMs: summariseMs(joinMs) };
  } finally {
    await Promise.all([hostBrowser.close(), guestBrowser.close()]);
    await system.stop();
  }
}

const summariseMs = (values: readonly number[]) => ({ ...spreadOf(values.map(Math.round)), ...percentiles(values) });

/** Times a join inside the page, from the click to the first decoded remote frame. */
async function timeJoin(browser: Browser, system: System, index: number): Promise<number> {
  const guest = await RoomPage.open(browser, system, `/r/${ROOM}`);
  await guest.id('name-input').fill(`Guest ${index}`);
  await guest.id('preview-video').waitFor();
  // The bench's compiler wraps functions in a helper that the page lacks.
  await guest.page.evaluate('globalThis.__name ??= (named) => named');
  const elapsed = guest.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let clickedAt = 0;
        document.addEventListener('click', () => (clickedAt ||= performance.now()), { capture: true });
        const look = () => {
          for (const tile of document.querySelectorAll('[data-testid="tile"]')) {
            const video = tile.querySelector('video');
            if (clickedAt && video && tile.textContent?.includes('Host') && video.getVideoPlaybackQuality().totalVideoFrames > 0)
              return resolve(performance.now() - clickedAt);
          }
          requestAnimationFrame(look);
        };
        look();
      }),
  );
  await guest.id('join-room').click();
  const ms = await elapsed;
  await guest.id('leave').click();
  await guest.close();
  return ms;
}

async function timeGoLive(system: System): Promise<number> {
  const destination = await Destination.open();
  try {
    await destination.listen(join(mkdtempSync(join(tmpdir(), 'lianmai-start-')), 'out.flv'));
    const startedAt = performance.now();
    const { status, body } = await system.api('POST', `/rooms/${ROOM}/live`, { outputs: [{ kind: 'rtmp', url: destination.url }] });
    if (status >= 300) throw new Error(`go live: ${JSON.stringify(body)}`);
    const firstTagAt = await destination.firstVideo();
    await system.api('DELETE', `/rooms/${ROOM}/live`);
    return firstTagAt - startedAt;
  } finally {
    await destination.close();
  }
}
