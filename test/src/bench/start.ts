import { mkdtempSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePorts, launchBrowser, RoomPage, RtmpListener, System, until } from '../support/index.js';
import type { BenchOptions } from './arguments.js';
import { percentiles } from './report.js';
import { spreadOf } from './runs.js';

const ROOM = 'bench';
/** The first video message of every RTMP session (FLV E.4.3): key frame, AVC, sequence header, composition time 0. */
const SEQUENCE_HEADER = Buffer.from([0x17, 0, 0, 0, 0]);

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
  const port = await freePorts();
  const watchedPort = await freePorts();
  const listener = new RtmpListener(port, join(mkdtempSync(join(tmpdir(), 'lianmai-start-')), 'out.flv'));
  const watched = await watch(watchedPort, port);
  try {
    // If the listener were not up yet, a retry would distort the figure.
    await until('the RTMP listener is up', () => portIsOpen(port));
    const startedAt = performance.now();
    const { status, body } = await system.api('POST', `/rooms/${ROOM}/live`, {
      outputs: [{ kind: 'rtmp', url: listener.url.replace(`:${port}`, `:${watchedPort}`) }],
    });
    if (status >= 300) throw new Error(`go live: ${JSON.stringify(body)}`);
    const firstTagAt = await watched.firstTagAt;
    await system.api('DELETE', `/rooms/${ROOM}/live`);
    return firstTagAt - startedAt;
  } finally {
    watched.server.close();
    await listener.kill();
  }
}

/** Reads the kernel's table, because a test connection would use up FFmpeg's only accept. */
async function portIsOpen(port: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return (await readFile('/proc/net/tcp', 'utf8')).includes(wanted);
}

/** Forwards everything and notes when the first video tag passes. */
function watch(port: number, target: number): Promise<{ server: Server; firstTagAt: Promise<number> }> {
  return new Promise((ready) => {
    let seen: (at: number) => void;
    const firstTagAt = new Promise<number>((resolve) => (seen = resolve));
    const server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      let tail = Buffer.alloc(0);
      client.on('data', (chunk) => {
        const window = Buffer.concat([tail, chunk]);
        if (window.includes(SEQUENCE_HEADER)) seen(performance.now());
        tail = window.subarray(-SEQUENCE_HEADER.length);
      });
      client.pipe(upstream).pipe(client);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    }).listen(port, '127.0.0.1', () => ready({ server, firstTagAt }));
  });
}
