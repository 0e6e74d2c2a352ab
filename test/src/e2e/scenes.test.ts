import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canvasOf, defaultScene, layout, resolveProfile, type LayoutName, type Rect, type SourceId } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ffmpeg,
  freePorts,
  launchBrowser,
  meanColour,
  PATIENCE_MS,
  pictures,
  RoomPage,
  RtmpListener,
  System,
  until,
  type Picture,
  type Rgb,
} from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-scenes-'));
const PROFILE = { name: '480p', orientation: 'portrait' } as const;
const CANVAS = canvasOf(resolveProfile(PROFILE));
/** Longer than a GOP, which is what a player starts with. */
const SETTLE_MS = 2500;

interface Look {
  layout: LayoutName;
  focus?: 'red' | 'green';
  hidden?: 'green'[];
  ptsMs: number;
}

/** A PNG of one colour. */
async function image(name: string, colour: string, size: string): Promise<Buffer> {
  const file = join(FOLDER, name);
  await ffmpeg('-y', '-f', 'lavfi', '-i', `color=c=${colour}:s=${size}:d=1`, '-frames:v', '1', file);
  return readFileSync(file);
}

const isClose = (seen: Rgb, wanted: Rgb) => seen.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) < 40);
const RED: Rgb = [192, 32, 32];
const GREEN: Rgb = [32, 160, 32];
const PURPLE: Rgb = [128, 0, 128];
const WHITE: Rgb = [255, 255, 255];

/** The middle of a rectangle, away from name plates and the moving square. */
function middle(picture: Picture, { x, y, width, height }: Rect): Rgb {
  return meanColour(
    picture,
    (x + width * 0.3) / CANVAS.width,
    (y + height * 0.3) / CANVAS.height,
    (width * 0.4) / CANVAS.width,
    (height * 0.3) / CANVAS.height,
  );
}

/** For each tile, whether it shows the right person. */
function tilesIn(picture: Picture, look: Omit<Look, 'ptsMs'>): { source: SourceId; isRight: boolean }[] {
  const sources = (['red', 'green'] as const).map((person) => ({ id: person as string as SourceId, kind: 'camera' as const }));
  const scene = {
    ...defaultScene(),
    layout: look.layout,
    focus: (look.focus ?? null) as SourceId | null,
    hidden: (look.hidden ?? []) as string[] as SourceId[],
  };
  return layout(CANVAS, scene, sources).map((tile) => ({
    source: tile.sourceId,
    isRight: isClose(middle(picture, tile), (tile.sourceId as string) === 'red' ? RED : GREEN),
  }));
}

describe('scenes of a portrait program', () => {
  let system: System;
  let browsers: Browser[];
  let rtmp: RtmpListener;
  const looks: Look[] = [];
  const ids: Record<string, SourceId> = {};

  const patch = async (scene: object): Promise<number> => {
    const { status, body } = await system.api('PATCH', '/rooms/tall/live', { scene });
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as { appliedAtPtsMs: number }).appliedAtPtsMs;
  };

  /** Waits until the program has advanced by `ms` on its own timeline. */
  async function advance(ms: number): Promise<void> {
    const untilMs = (await patch({})) + ms;
    await until('the program continues', async () => (await patch({})) > untilMs, PATIENCE_MS, 250);
  }

  const width = CANVAS.width / 2;
  const height = CANVAS.height / 2;
  /** The frame that a new player gets now. */
  const onAir = async () => (await pictures(`${system.originUrl}/live/tall.flv`, { seconds: 0.3, fps: 30, width, height }))[0];

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([System.start(), launchBrowser('red'), launchBrowser('green')]);
    rtmp = new RtmpListener(await freePorts(), join(FOLDER, 'scenes.flv'));
    const [first, second] = browsers as [Browser, Browser];
    const host = await RoomPage.open(first, system, `/r/tall?token=${await system.token('tall', 'red', 'host', 'Red')}`);
    await host.enter();
    const guest = await RoomPage.open(second, system, `/r/tall?token=${await system.token('tall', 'green', 'guest', '绿 אורח 🎤')}`);
    await guest.enter();
    await Promise.all([host.sees('绿'), guest.sees('Red')]);
    for (const [person, name] of [
      ['red', 'Red'],
      ['green', '绿'],
    ] as const) {
      ids[person] = `${(await host.tile(name).getAttribute('data-participant')) ?? ''}:camera` as SourceId;
    }
    const { status } = await system.api('POST', '/rooms/tall/live', { profile: PROFILE, outputs: [{ kind: 'rtmp', url: rtmp.url }] });
    expect(status).toBeLessThan(300);
    await until('both are on air', async () => {
      const picture = await onAir();
      return picture && tilesIn(picture, { layout: 'grid' }).every(({ isRight }) => isRight);
    });
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await rtmp?.kill();
    await system?.stop();
  });

  it('take a background image and a logo from the API', async () => {
    const background = await system.addPicture('tall', await image('background.png', 'purple', '320x570'));
    const logo = await system.addPicture('tall', await image('logo.png', 'white', '200x100'));
    await patch({ background: { image: background }, logo: { image: logo, corner: 'top-left', height: 0.06 } });
  });

  it.each<Omit<Look, 'ptsMs'>>([
    { layout: 'grid' },
    { layout: 'spotlight', focus: 'green' },
    { layout: 'spotlight', focus: 'red' },
    { layout: 'pip', focus: 'green' },
    { layout: 'screen', focus: 'red' },
    { layout: 'side-by-side', focus: 'green' },
    { layout: 'grid', hidden: ['green'] },
  ])('change to %o', async (look) => {
    await patch({
      layout: look.layout,
      focus: look.focus ? ids[look.focus] : null,
      hidden: (look.hidden ?? []).map((person) => ids[person]),
    });
    await advance(SETTLE_MS);
    await until('the scene is on air', async () => {
      const picture = await onAir();
      return picture && tilesIn(picture, look).every(({ isRight }) => isRight);
    });
    looks.push({ ...look, ptsMs: await patch({}) });
    await advance(400);
  });

  it('all go on air as the layout arithmetic says', async () => {
    await system.api('DELETE', '/rooms/tall/live');
    await rtmp.exited;
    for (const look of looks) {
      const [picture] = await pictures(rtmp.file, { fromS: look.ptsMs / 1000, seconds: 0.3, fps: 30, width, height });
      if (!picture) throw new Error(`no picture at ${look.ptsMs} ms`);
      const shown = tilesIn(picture, look);
      expect(shown.length).toBeGreaterThan(0);
      expect({ look: look.layout, shown }).toEqual({ look: look.layout, shown: shown.map((one) => ({ ...one, isRight: true })) });
    }
  });

  it('show the background beside the tiles and the logo above them', async () => {
    const screen = looks.find((look) => look.layout === 'screen');
    const [picture] = await pictures(rtmp.file, {
      fromS: (screen?.ptsMs ?? 0) / 1000,
      seconds: 0.3,
      fps: 30,
      width: CANVAS.width / 2,
      height: CANVAS.height / 2,
    });
    if (!picture) throw new Error('no picture');
    // The background shows on both sides of the strip at the bottom.
    const beside = meanColour(picture, 0.01, 0.85, 0.03, 0.1);
    expect(isClose(beside, PURPLE), String(beside)).toBe(true);
    const whole = await pictures(rtmp.file, {
      fromS: (screen?.ptsMs ?? 0) / 1000,
      seconds: 0.1,
      fps: 30,
      width: CANVAS.width,
      height: CANVAS.height,
    });
    const corner = whole[0] && meanColour(whole[0], 0.07, 0.04, 0.03, 0.02);
    expect(corner && isClose(corner, WHITE), String(corner)).toBe(true);
  });
});
