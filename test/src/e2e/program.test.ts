import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { canvasOf, defaultScene, layout, ProgramInfo, resolveProfile, type LayoutName, type SourceId, type Tile } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freePorts,
  launchBrowser,
  meanColour,
  packets,
  PATIENCE_MS,
  pause,
  PEOPLE,
  pictures,
  RoomPage,
  RtmpListener,
  samples,
  System,
  leftOut,
  timeline,
  tone,
  until,
  type Packet,
  type Person,
  type Picture,
  type Rgb,
} from '../support/index.js';

const ROOM = 'show';
const FRAME_MS = 1000 / 30;
const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-program-'));
const HLS_FILE = join(FOLDER, 'hls.mkv');

/** A person or a shared screen, whose content the browser chooses. */
type Shown = Person | 'screen';

/** A moment on the program's timeline, and the people who should be visible at it. */
interface Moment {
  what: string;
  ptsMs: number;
  people: Shown[];
  layout: LayoutName;
}

const dominant = ([red, green, blue]: Rgb): Person | 'none' => {
  if (Math.max(red, green, blue) < 60) return 'none';
  if (red > green + 40 && red > blue + 40) return 'red';
  if (green > red + 30 && green > blue + 30) return 'green';
  return blue > red + 30 && blue > green + 30 ? 'blue' : 'none';
};

/** Unlike everybody on stage. */
const BACKGROUND = '#c010c0';
const CANVAS = canvasOf(resolveProfile('720p'));

function tilesOf({ people, layout: name }: Pick<Moment, 'people' | 'layout'>): Tile[] {
  const sources = people.map((shown) => ({
    id: shown as string as SourceId,
    kind: shown === 'screen' ? ('screen' as const) : ('camera' as const),
  }));
  return layout(CANVAS, { ...defaultScene(), layout: name }, sources);
}

/** The person (or screen) visible in each tile. */
const shownIn = (picture: Picture, tiles: readonly Tile[]): string[] =>
  tiles.map(({ sourceId, x, y, width, height }) => {
    const colour = meanColour(picture, (x + width / 4) / 1280, (y + height / 4) / 720, width / 2 / 1280, height / 4 / 720);
    if ((sourceId as string) !== 'screen') return dominant(colour);
    return Math.max(...colour) > 40 ? 'screen' : 'none';
  });

describe('a program on air', () => {
  let system: System;
  let browsers: Browser[];
  let host: RoomPage;
  let green: RoomPage;
  let blue: RoomPage;
  let rtmp: RtmpListener;
  let hlsRecorder: ChildProcess;
  const moments: Moment[] = [];
  let sideBySideFromMs = 0;
  let recorded: Packet[] = [];
  let droppedFrames = 0;

  /** The current position of the program's timeline, from the reply to an empty change. */
  async function nowOnAir(): Promise<number> {
    const { status, body } = await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: {} });
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as { appliedAtPtsMs: number }).appliedAtPtsMs;
  }

  /** Waits until the program has advanced by `ms` on its own timeline. */
  async function advance(ms: number): Promise<void> {
    const untilMs = (await nowOnAir()) + ms;
    await until('the program continues', async () => (await nowOnAir()) > untilMs, PATIENCE_MS, 250);
  }

  /** Waits until the expected picture is on air, and notes at which time recordings must show it. */
  async function remember(what: string, people: Shown[], name: LayoutName = 'grid'): Promise<void> {
    // Longer than a GOP, which is what a player starts with.
    await advance(2500);
    const tiles = tilesOf({ people, layout: name });
    await until(`${what}: it is on air`, async () => {
      const [picture] = await pictures(`${system.originUrl}/live/${ROOM}.flv`, { seconds: 0.5, fps: 30, width: 320, height: 180 });
      return picture && shownIn(picture, tiles).every((shown, index) => shown === (tiles[index]?.sourceId as string));
    });
    moments.push({ what, ptsMs: await nowOnAir(), people, layout: name });
    await advance(500);
  }

  const output = async (id: string) => {
    const { body } = await system.api('GET', `/rooms/${ROOM}/live`);
    return (body as { outputs: { id: string; state: string; reason: unknown }[] }).outputs.find((one) => one.id === id);
  };

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([System.start(), launchBrowser('red'), launchBrowser('green'), launchBrowser('blue')]);
    const [redBrowser, greenBrowser] = browsers as [Browser, Browser, Browser];
    host = await RoomPage.open(redBrowser, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    green = await RoomPage.join(greenBrowser, system, { room: ROOM, name: 'Green' });
    await host.sees('Green');
    rtmp = new RtmpListener(await freePorts(), join(FOLDER, 'rtmp.flv'), 'first-secret-key');
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    hlsRecorder?.kill('SIGKILL');
    await rtmp?.kill();
    await system?.stop();
  });

  it("starts from the host's page and arrives at the RTMP server that was named", async () => {
    await host.id('go-live').click();
    const server = rtmp.url.slice(0, rtmp.url.lastIndexOf('/'));
    const key = 'first-secret-key';
    await host.id('output-url').first().fill(server);
    await host.id('output-key').first().fill(key);
    await host.id('confirm-live').click();
    await host.id('live-pill').waitFor();
    await host.page.locator('[data-testid="output-row"][data-state="live"]').waitFor();
    hlsRecorder = spawn(
      'ffmpeg',
      ['-nostdin', '-v', 'error', '-live_start_index', '0', '-i', await hlsUrl(), '-c', 'copy', '-copyts', '-y', HLS_FILE],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await remember('two people', ['red', 'green']);
  });

  const hlsUrl = () =>
    until('the playlist exists', async () => {
      const url = `${system.originUrl}/live/${ROOM}.m3u8`;
      return (await fetch(url)).ok && url;
    });

  it('plays on the watch page', async () => {
    const watcher = await RoomPage.open(browsers[2] as Browser, system, `/watch/${ROOM}`);
    const video = watcher.id('watch-video');
    await until('the watch page plays', () =>
      video.evaluate((element: HTMLVideoElement) => element.currentTime > 1 && element.getVideoPlaybackQuality().totalVideoFrames > 15),
    );
    await watcher.close();
  });

  it('adds a third person while on air', async () => {
    blue = await RoomPage.join(browsers[2] as Browser, system, { room: ROOM, name: 'Blue' });
    await Promise.all([blue.sees('Red'), host.sees('Blue')]);
    await remember('three people', ['red', 'green', 'blue']);
  });

  it('changes the scene in one call, on air from the frame that the reply names', async () => {
    await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: { background: { colour: BACKGROUND } } });
    await advance(500);
    const before = await nowOnAir();
    const { body } = await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: { layout: 'side-by-side' } });
    const changed = body as { appliedAtPtsMs: number; scene: { layout: string } };
    expect(changed.scene.layout).toBe('side-by-side');
    expect(changed.appliedAtPtsMs).toBeGreaterThanOrEqual(before);
    expect(changed.appliedAtPtsMs).toBeLessThanOrEqual(await nowOnAir());
    sideBySideFromMs = changed.appliedAtPtsMs;
    await remember('side by side', ['red', 'green'], 'side-by-side');
    await system.api('PATCH', `/rooms/${ROOM}/live`, {
      scene: { layout: 'grid', background: { colour: defaultScene().background.colour } },
    });
    await remember('the grid again', ['red', 'green', 'blue']);
  });

  it('shows a shared screen large with the people beside it, automatically', async () => {
    await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: { layout: 'auto' } });
    await green.id('toggle-screen').click();
    await host.sees('Green', 'screen');
    await remember('a shared screen', ['red', 'green', 'screen', 'blue'], 'auto');
    await green.id('toggle-screen').click();
    await host.tile('Green', 'screen').waitFor({ state: 'detached' });
    await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: { layout: 'grid' } });
  });

  it('rejects a change based on an old version', async () => {
    const { status, body } = await system.api('PATCH', `/rooms/${ROOM}/live`, { scene: { layout: 'pip' }, version: 1 });
    expect([status, (body as { error: { code: string } }).error.code]).toEqual([409, 'CONFLICT']);
  });

  it('survives mute, camera off and on, a reload, and kills of every decoder and the encoder', async () => {
    await green.id('toggle-mic').click();
    await green.id('toggle-camera').click();
    await pause(1500);
    await green.id('toggle-camera').click();
    await green.id('toggle-mic').click();
    await host.sees('Green');
    await remember('green is back', ['red', 'green', 'blue']);
    await green.page.reload();
    await green.id('leave').waitFor();
    await host.sees('Green');
    await remember('green has reloaded', ['red', 'green', 'blue']);
    expect(system.kill(/showinfo/).length).toBeGreaterThanOrEqual(3);
    await remember('every decoder was killed', ['red', 'green', 'blue']);
    expect(system.kill(/libx264/).length).toBeGreaterThan(0);
    await remember('the encoder was killed', ['red', 'green', 'blue']);
  });

  it('reconnects to an RTMP server that is killed and comes back, and shows the state', async () => {
    const port = await freePorts();
    const first = new RtmpListener(port, join(FOLDER, 'second-a.flv'), 'second-secret-key');
    const { body } = await system.api('POST', `/rooms/${ROOM}/live/outputs`, { kind: 'rtmp', url: first.url });
    const { id } = body as { id: string };
    await until('the second output is live', async () => (await output(id))?.state === 'live');
    await first.kill();
    await until('the second output is retrying', async () => (await output(id))?.state === 'retrying');
    const second = new RtmpListener(port, join(FOLDER, 'second-b.flv'), 'second-secret-key');
    await until('the second output is live again', async () => (await output(id))?.state === 'live');
    await pause(2000);
    expect((await system.api('DELETE', `/rooms/${ROOM}/live/outputs/${id}`)).status).toBeLessThan(300);
    await second.exited;
    expect(timeline(await packets(second.file), 'video').count).toBeGreaterThan(30);
  });

  it('lets a person leave', async () => {
    await blue.id('leave').click();
    await host.tile('Blue').waitFor({ state: 'detached' });
    await remember('blue has left', ['red', 'green']);
  });

  it('ends cleanly: the RTMP session ends and the playlist is closed', async () => {
    await host.id('end-live').click();
    await host.id('confirm-end').click();
    await rtmp.exited;
    const playlist = await until('the playlist is closed', async () => {
      const text = await (await fetch(`${system.originUrl}/live/${ROOM}.m3u8`)).text();
      return text.includes('#EXT-X-ENDLIST') || text.includes('#EXT-X-STREAM-INF') ? text : null;
    });
    expect(playlist).toContain('#EXTM3U');
    await new Promise((resolve) => (hlsRecorder.exitCode === null ? hlsRecorder.once('exit', resolve) : resolve(null)));
    recorded = await packets(rtmp.file);
    const { stats } = ProgramInfo.parse((await system.api('GET', `/rooms/${ROOM}/live`)).body);
    droppedFrames = stats?.droppedFrames ?? 0;
  });

  const assertWhole = (all: readonly Packet[]) => {
    for (const kind of ['video', 'audio'] as const) {
      const { count, backward } = timeline(all, kind);
      expect(count).toBeGreaterThan(500);
      expect(backward).toBe(0);
    }
    expect(timeline(all, 'audio').maxStepMs).toBeLessThanOrEqual(2 * FRAME_MS + 1);
    const pictures = all.filter(({ kind }) => kind === 'video').map(({ dtsMs }) => dtsMs);
    // The statistics are up to a second old.
    expect(leftOut(pictures)).toBeLessThanOrEqual(droppedFrames + 30);
  };

  it('has no gap in its sound, no step back, and every picture but those that it says were left out', () => assertWhole(recorded));

  it('is as whole in HLS', async () => assertWhole(await packets(HLS_FILE)));

  it('shows everybody on stage in the right tile at every moment', async () => {
    const seen: Record<string, string[]> = {};
    const expected: Record<string, string[]> = {};
    for (const moment of moments) {
      const [picture] = await pictures(rtmp.file, { fromS: moment.ptsMs / 1000, seconds: 0.5, fps: 30, width: 320, height: 180 });
      if (!picture) throw new Error(`no picture at ${moment.ptsMs} ms (${moment.what})`);
      const tiles = tilesOf(moment);
      expected[moment.what] = tiles.map((tile) => tile.sourceId);
      seen[moment.what] = shownIn(picture, tiles);
    }
    expect(seen).toEqual(expected);
  });

  it('shows a new scene from the frame that the reply named, and not before', async () => {
    // A grid of three leaves the bottom corners free. People do not matter here: on a busy machine, a card may stand in for one.
    const hasFreeCorner = async (ptsMs: number) => {
      const [picture] = await pictures(rtmp.file, { fromS: ptsMs / 1000, seconds: 0.5, fps: 30, width: 320, height: 180 });
      const [red, green, blue] = meanColour(picture as Picture, 0.04, 0.6, 0.12, 0.3);
      return red > 120 && blue > 120 && green < 60;
    };
    expect(await hasFreeCorner(sideBySideFromMs - 3 * FRAME_MS)).toBe(true);
    expect(await hasFreeCorner(sideBySideFromMs + 3 * FRAME_MS)).toBe(false);
  });

  it('is never black', async () => {
    const all = await pictures(rtmp.file, { fps: 4, width: 64, height: 36 });
    const black = all.filter((picture) => Math.max(...meanColour(picture, 0, 0, 1, 1)) < 25);
    expect(all.length).toBeGreaterThan(80);
    // The first frames come before the first camera.
    expect(black.length).toBeLessThanOrEqual(4);
  });

  it("carries everybody's sound", async () => {
    const audio = await samples(rtmp.file);
    const starts = Array.from({ length: Math.floor(audio.length / 24_000) }, (_, index) => index * 24_000);
    // Each person is clear for at least half a second; browsers on a busy machine stutter.
    for (const person of ['red', 'green', 'blue'] as const)
      expect(Math.max(...starts.map((at) => tone(audio, PEOPLE[person].frequency, at, 24_000))), person).toBeGreaterThan(0.005);
  });

  it('shows the stream keys to nobody', async () => {
    const { body } = await system.api('GET', `/rooms/${ROOM}/live`);
    const titles = system
      .children()
      .map((child) => child.command)
      .join('\n');
    for (const text of [system.output, JSON.stringify(body), titles, await host.page.content()]) {
      expect(text).not.toContain('first-secret-key');
      expect(text).not.toContain('second-secret-key');
    }
  });
});
