import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgramInfo } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CpuGroup,
  descendants,
  flvTags,
  freePorts,
  launchBrowser,
  packets,
  pause,
  PATIENCE_MS,
  PEOPLE,
  RoomPage,
  RtmpListener,
  samples,
  System,
  timeline,
  tone,
  until,
  WatchPage,
  type FlvTag,
} from '../support/index.js';

const ROOM = 'busy';
/** Far less than the program needs, so that it steps down to the last of its settings. */
const CORES = 0.12;
const STARVED_MS = 20_000;
const LAST_FPS = 15;
const RATE = 48_000;
const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-starved-'));
const reason = CpuGroup.reasonAgainst();

/** The conduct of a player, sampled ten times a second in the page. */
interface Watched {
  /** The largest step of the playhead between two samples, beyond the time that passed, s of media. */
  longestLeapS: number;
  playedS: number;
  passedS: number;
  failures: string[];
}

/** Starts to note what the page's player does. */
const noteIn = ({ page }: WatchPage): Promise<void> =>
  page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-testid="watch-video"]');
    if (!video) throw new Error('the page has no video');
    const [startedAt, from] = [performance.now(), video.currentTime];
    const watched = { longestLeapS: 0, playedS: 0, passedS: 0, failures: [] as string[] };
    let [lastAt, last] = [startedAt, from];
    video.addEventListener('error', () => watched.failures.push(String(video.error?.message)));
    setInterval(() => {
      const [at, time] = [performance.now(), video.currentTime];
      watched.longestLeapS = Math.max(watched.longestLeapS, time - last - (at - lastAt) / 1000);
      watched.playedS = time - from;
      watched.passedS = (at - startedAt) / 1000;
      [lastAt, last] = [at, time];
    }, 100);
    Object.assign(window, { watched });
  });

const notesOf = ({ page }: WatchPage): Promise<Watched> => page.evaluate(() => (window as unknown as { watched: Watched }).watched);

describe.skipIf(reason !== null)(`a program with too little CPU${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let system: System;
  let browsers: Browser[];
  let group: CpuGroup;
  let host: RoomPage;
  let rtmp: RtmpListener;
  let viewers: { flv: WatchPage; hls: WatchPage };
  const stop = new AbortController();
  const tags: FlvTag[] = [];
  let reading: Promise<unknown> | undefined;

  const info = async () => ProgramInfo.parse((await system.api('GET', `/rooms/${ROOM}/live`)).body);
  /** The positions of the program's timeline and the clock at the newest sound that a player has. */
  const heard = () => {
    const last = tags.findLast((tag) => tag.kind === 'audio' && !tag.isConfig);
    if (!last) throw new Error('no sound yet');
    return { mediaMs: last.timeMs, wallMs: last.arrivedAtMs };
  };

  beforeAll(async () => {
    group = new CpuGroup(`lianmai-test-${process.pid}`);
    [system, ...browsers] = await Promise.all([System.start(), launchBrowser('red'), launchBrowser()]);
    const [people, audience] = browsers as [Browser, Browser];
    host = await RoomPage.open(people, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    rtmp = new RtmpListener(await freePorts(), join(FOLDER, 'rtmp.flv'));
    const { status } = await system.api('POST', `/rooms/${ROOM}/live`, { outputs: [{ url: rtmp.url }] });
    expect(status).toBe(201);
    await until('the program and its destination are live', async () => (await info()).outputs[0]?.state === 'live');
    const [flv, hls] = await Promise.all([1, 2].map(() => WatchPage.open(audience, system, `/watch/${ROOM}`)));
    viewers = { flv: flv!, hls: hls! };
    await viewers.flv.choose('low');
    await viewers.hls.choose('stable');
    await viewers.flv.plays('low wsFlv');
    await viewers.hls.plays('stable hls');
    reading = flvTags(`${system.originUrl}/live/${ROOM}.flv`, 3600, tags, stop.signal);
    await until('a player hears it', () => tags.length > 50);
  });
  afterAll(async () => {
    stop.abort();
    group.limit(null);
    await reading;
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await rtmp?.kill();
    await system?.stop();
    group.remove();
  });

  it('goes on in the time of the clock with all its sound, with fewer pictures, and says so', async () => {
    await Promise.all([noteIn(viewers.flv), noteIn(viewers.hls)]);
    const [bridge] = system.children(/bridge\/dist\/main\.js/);
    const from = heard();
    for (const { pid } of [bridge!, ...descendants(bridge!.pid)]) group.add(pid);
    group.limit(CORES);
    await until('the program is degraded to its last settings', async () => (await info()).degraded?.fps === LAST_FPS);
    await pause(STARVED_MS);
    expect(await info()).toMatchObject({ state: 'live', degraded: { reason: 'CPU', preset: 'ultrafast', fps: LAST_FPS } });
    await host.id('program-degraded').waitFor();
    expect(await (await fetch(`${system.url}/metrics`)).text()).toContain('lianmai_programs_degraded 1');
    // Late is not lost: what a player has by now may be some seconds old, but no older later.
    await until('sound has caught up with the clock', () => {
      const { mediaMs, wallMs } = heard();
      return mediaMs - from.mediaMs > wallMs - from.wallMs - 1000;
    });
    const sound = tags.filter((tag) => tag.kind === 'audio' && !tag.isConfig).map((tag) => tag.timeMs);
    expect(Math.max(...sound.slice(1).map((time, index) => time - sound[index]!))).toBeLessThan(25);
  });

  it('lets no other program start on that bridge', async () => {
    const { status, body } = await system.api('POST', '/rooms/other/live', {});
    expect([status, (body as { error: { code: string } }).error.code]).toEqual([503, 'PROGRAM_LIMIT']);
  });

  it('plays on in hls.js and mpegts.js, whose time goes on without an error or a leap', async () => {
    group.limit(null);
    for (const [option, viewer] of [
      ['low wsFlv', viewers.flv],
      ['stable hls', viewers.hls],
    ] as const) {
      await viewer.plays(option);
      const { longestLeapS, playedS, passedS, failures } = await notesOf(viewer);
      expect(failures, option).toEqual([]);
      expect(longestLeapS, option).toBeLessThan(1);
      // The machine of the test may keep the browser waiting; it may not lose what the program says.
      expect(passedS - playedS, option).toBeLessThan(PATIENCE_MS / 1000);
      expect(viewer.errors, option).toEqual([]);
    }
  });

  it('keeps its one connection to the destination, which gets the same time, sound and configuration', async () => {
    const [output] = (await info()).outputs;
    expect(output).toMatchObject({ state: 'live', retries: 0 });
    await system.api('DELETE', `/rooms/${ROOM}/live`);
    await rtmp.exited;
    const received = await packets(rtmp.file);
    for (const kind of ['video', 'audio'] as const) expect(timeline(received, kind).backward, kind).toBe(0);
    expect(timeline(received, 'audio').maxStepMs).toBeLessThan(25);
    const audio = await samples(rtmp.file);
    const levels = Array.from({ length: Math.floor(audio.length / RATE) }, (_, at) => tone(audio, PEOPLE.red.frequency, at * RATE, RATE));
    expect(levels.length).toBeGreaterThan(STARVED_MS / 1000);
    // The steady tone of the only person, in nearly every second; a busy browser may send a hole of its own.
    expect(levels.filter((level) => level > 0.005).length).toBeGreaterThan(0.9 * levels.length);
  });
});
