import { ProgramInfo } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  faultsOf,
  launchBrowser,
  livePicture,
  meanColour,
  PEOPLE,
  pictures,
  probeStream,
  publishWith,
  received,
  RoomPage,
  System,
  until,
  whep,
  type Peer,
  type Rgb,
} from '../support/index.js';

const RED: Rgb = [192, 32, 32];
const GREEN: Rgb = [32, 160, 32];
const isClose = (seen: Rgb, wanted: Rgb) => seen.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) < 45);

let system: System;
let browser: Browser;
let host: RoomPage;
let broadcaster: Peer;
beforeAll(async () => {
  [system, browser] = await Promise.all([System.start(), launchBrowser('red')]);
});
afterAll(async () => {
  await browser?.close();
  await broadcaster?.kill();
  await system?.stop();
});

/** The middle of the program's left half and of its right half, where two people on stage appear. */
async function halves(): Promise<{ left: Rgb; right: Rgb }> {
  const [picture] = await pictures(`${system.originUrl}/live/duo.flv`, { seconds: 0.3, fps: 10, width: 160, height: 90 });
  if (!picture) throw new Error('no picture');
  return { left: meanColour(picture, 0.2, 0.4, 0.1, 0.1), right: meanColour(picture, 0.7, 0.4, 0.1, 0.1) };
}

describe('a stream on the stage of a room', () => {
  let participantId = '';

  it('takes a seat through the API, and the host sees and hears it', async () => {
    const stream = await system.createStream('drone', { title: 'Drone' });
    broadcaster = publishWith(livePicture(`color=c=${PEOPLE.green.colour}:s=320x180:r=15`, 660), stream.publish.rtmp);
    host = await RoomPage.open(browser, system, `/r/duo?token=${await system.token('duo', 'host', 'host', 'Host')}`);
    await host.enter();
    const seated = await until('it gets a seat', async () => {
      const { status, body } = await system.api('POST', '/rooms/duo/stage/streams', { app: 'live', name: 'drone' });
      return status === 201 && (body as { participantId: string });
    });
    ({ participantId } = seated);
    await host.sees('Drone');
    await until('its tile is green', async () => isClose(await host.colour('Drone'), GREEN));
    await host.hearsTone(660);
  });

  it('appears in the program beside the host', async () => {
    const { status } = await system.api('POST', '/rooms/duo/live', { profile: { name: '480p' } });
    expect(status).toBeLessThan(300);
    await until('both are in the program', async () => {
      const { left, right } = await halves();
      return isClose(left, RED) && isClose(right, GREEN);
    });
  });

  it('is part of a program that plays over RTMP, FLV, HLS and SRT', async () => {
    const urls = {
      flv: `${system.originUrl}/live/duo.flv`,
      rtmp: `${system.rtmpUrl}/live/duo`,
      hls: `${system.originUrl}/live/duo.m3u8`,
      srt: `srt://127.0.0.1:${system.srtPort}?streamid=#!::r=live/duo,m=request`,
    };
    const played = await Promise.all(Object.entries(urls).map(async ([protocol, url]) => [protocol, await probeStream(url)] as const));
    const { stats } = ProgramInfo.parse((await system.api('GET', '/rooms/duo/live')).body);
    const hasLeftOut = (stats?.droppedFrames ?? 0) > 0;
    for (const [protocol, probed] of played) {
      expect([protocol, probed.video?.codec_name, probed.audio?.codec_name]).toEqual([protocol, 'h264', 'aac']);
      // A program that has left out pictures says so. Sound is never left out.
      expect([protocol, ...faultsOf(probed, { maxStepMs: hasLeftOut ? 1000 : 100 })]).toEqual([protocol]);
    }
  });

  it('is part of a program that plays over WHEP in a page', async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${system.url}/healthz`);
      const watched = await whep(page, `${system.url}/rtc/v1/whep/?app=live&stream=duo`);
      expect(watched.status, watched.text).toBe(201);
      let got = await received(page);
      await until('frames and sound arrive', async () => {
        got = await received(page);
        return got.framesDecoded > 30 && got.audioEnergy > 0;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(got)}`);
      });
      console.log(`a program by WHEP: first frame after ${watched.firstPictureMs} ms`);
    } finally {
      await context.close();
    }
  });

  it('leaves the stage through the API, for everybody', async () => {
    expect((await system.api('DELETE', `/rooms/duo/stage/${participantId}`)).status).toBe(204);
    await until('its tile is gone', async () => (await host.tile('Drone').count()) === 0);
    await until('it has left the program', async () => !isClose((await halves()).right, GREEN));
    expect(host.errors).toEqual([]);
  });
});
