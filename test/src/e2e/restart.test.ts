import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParticipantInfo, ProgramInfo, SourceId } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  flvTags,
  freePorts,
  launchBrowser,
  leftOut,
  livePicture,
  meanColour,
  packets,
  pictures,
  publishWith,
  RoomPage,
  RtmpListener,
  System,
  timeline,
  until,
  type FlvTag,
  type Peer,
} from '../support/index.js';

const ROOM = 'show';
const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-restart-'));
const BRIDGE = /bridge\/dist\/main\.js/;
const SCENE = { layout: 'spotlight', background: { colour: '#204060' } } as const;

/** In the media's own time. */
function longestStepMs(tags: readonly FlvTag[], kind: FlvTag['kind']): number {
  const times = tags.filter((tag) => tag.kind === kind && !tag.isConfig).map(({ timeMs }) => timeMs);
  return Math.max(...times.slice(1).map((timeMs, index) => timeMs - (times[index] ?? 0)));
}

describe('a program whose server is started again', () => {
  let system: System;
  let browser: Browser;
  let host: RoomPage;
  let destination: RtmpListener;
  let encoder: Peer;
  let encoderUrl: string;
  let seated: ParticipantInfo;
  let before: ProgramInfo;

  const program = async () => ProgramInfo.parse((await system.api('GET', `/rooms/${ROOM}/live`)).body);
  const Room = z.object({ participantList: z.array(ParticipantInfo) });
  const people = async () => Room.parse((await system.api('GET', `/rooms/${ROOM}`)).body).participantList;
  const isLive = (what: string) =>
    until(what, async () => {
      const info = await program();
      return info.state === 'live' && info.outputs.every(({ state }) => state === 'live') && info;
    });
  const cameraOnStage = () =>
    until('the stream is on stage with picture and sound', async () =>
      (await people()).find(({ stream, onStage, producers }) => stream && onStage && producers.length === 2),
    );
  /** The host's camera fills the picture. */
  const showsHost = () =>
    until('the host is in the program', async () => {
      const [picture] = await pictures(`${system.originUrl}/live/${ROOM}.flv`, { seconds: 0.5, fps: 30, width: 320, height: 180 });
      const [red, green, blue] = picture ? meanColour(picture, 0.3, 0.2, 0.4, 0.4) : [0, 0, 0];
      return red > green + 40 && red > blue + 40;
    });

  /** Starts the server again, and a destination that its program is sent to. */
  async function restart(signal: NodeJS.Signals): Promise<ProgramInfo> {
    const port = Number(new URL(destination.url).port);
    await Promise.all([destination.kill(), encoder.kill()]);
    destination = new RtmpListener(port, join(FOLDER, `${signal}.flv`), 'secret-key');
    system = await system.restart(signal);
    encoder = publishWith(livePicture(), encoderUrl);
    return isLive(`the program is back after ${signal}`);
  }

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start(), launchBrowser('red')]);
    host = await RoomPage.open(browser, system, '/');
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    const stream = await system.createStream('drone', { title: 'Drone' });
    encoderUrl = stream.publish.rtmp;
    encoder = publishWith(livePicture(), encoderUrl);
    await until('the stream has a seat', async () => {
      const { status } = await system.api('POST', `/rooms/${ROOM}/stage/streams`, { app: 'live', name: 'drone' });
      return status === 201;
    });
    seated = await cameraOnStage();
    await host.id('toggle-chat').click();
    await host.id('chat-input').fill('good evening');
    await host.id('chat-send').click();
    await host.id('chat-message').filter({ hasText: 'good evening' }).waitFor();
    destination = new RtmpListener(await freePorts(), join(FOLDER, 'first.flv'), 'secret-key');
    const { status } = await system.api('POST', `/rooms/${ROOM}/live`, { scene: SCENE, outputs: [{ kind: 'rtmp', url: destination.url }] });
    expect(status).toBe(201);
    await isLive('the program is live');
    const person = (await people()).find(({ stream }) => !stream);
    const mix = { [SourceId.parse(`${person?.id}:camera`)]: { gainDb: -6, muted: false } };
    expect((await system.api('PATCH', `/rooms/${ROOM}/live`, { mix })).status).toBe(200);
    before = await program();
    await showsHost();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([destination?.kill(), encoder?.kill()]);
    await system?.stop();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes on after %s, with its scene, its output and its start time, without a click',
    async (signal) => {
      const after = await restart(signal);
      const { programId, startedAtMs, scene, mix, outputs } = before;
      expect(after).toMatchObject({ programId, startedAtMs, scene, mix, outputs: outputs.map(({ id, url }) => ({ id, url })) });
      await host.id('live-pill').waitFor();
      await showsHost();
      const person = (await people()).find(({ stream }) => !stream);
      expect(Object.keys(mix)).toEqual([`${person?.id}:camera`]);
      expect((await cameraOnStage()).id).toBe(seated.id);
      const newcomer = await RoomPage.join(browser, system, { room: ROOM, name: 'Late' });
      await newcomer.id('toggle-chat').click();
      await newcomer.id('chat-message').filter({ hasText: 'good evening' }).waitFor();
      await newcomer.close();
    },
  );

  it.each(['SIGKILL', 'SIGTERM'] as const)('never leaves the air when the server alone ends by %s', async (signal) => {
    const [bridge] = system.children(BRIDGE);
    const tags: FlvTag[] = [];
    const watching = flvTags(`${system.originUrl}/live/${ROOM}.flv`, 15, tags);
    await until('a viewer watches', () => tags.length > 60);
    const earlier = await program();
    await system.endServer(signal);
    await isLive(`the program is known to the next server after ${signal}`);
    await host.id('live-pill').waitFor();
    await showsHost();
    const { programId, liveSinceMs, outputs } = await program();
    expect(earlier).toMatchObject({ programId, liveSinceMs, outputs: outputs.map(({ id, retries }) => ({ id, retries })) });
    expect(system.children(BRIDGE).map(({ pid }) => pid)).toContain(bridge?.pid);
    await watching;
    expect(longestStepMs(tags, 'audio')).toBeLessThan(100);
    const droppedFrames = (info: ProgramInfo) => info.stats?.droppedFrames ?? 0;
    const pictures = tags.filter((tag) => tag.kind === 'video' && !tag.isConfig).map(({ timeMs }) => timeMs);
    expect(leftOut(pictures)).toBeLessThanOrEqual(droppedFrames(await program()) - droppedFrames(earlier) + 30);
    for (const kind of ['video', 'audio'] as const) expect(timeline(await packets(destination.file), kind)).toMatchObject({ backward: 0 });
    await until('the destination got all of it', async () => timeline(await packets(destination.file), 'video').count > 15 * 20);
    expect(timeline(await packets(destination.file), 'audio').maxStepMs).toBeLessThan(100);
  });

  it('goes on when its bridge is asked to end', async () => {
    const [bridge] = system.children(BRIDGE).filter(({ command }) => !command.includes('--spare'));
    const { programId, startedAtMs } = await program();
    process.kill(bridge!.pid, 'SIGTERM');
    await until('another bridge serves', () => system.children(BRIDGE).every(({ pid }) => pid !== bridge?.pid));
    await showsHost();
    expect(await program()).toMatchObject({ state: 'live', programId, startedAtMs });
  });

  it('stays off once it has been stopped', async () => {
    await host.id('end-live').click();
    await host.id('confirm-end').click();
    await until('it has ended', async () => (await program()).state === 'ended');
    system = await system.restart('SIGKILL');
    const { status } = await system.api('GET', `/rooms/${ROOM}/live`);
    expect(status).toBe(404);
  });
});
