import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BRIDGE,
  firstPicture,
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
  System,
  TcpProxy,
  timeline,
  until,
} from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-faults-'));
interface Output {
  id: string;
  state: string;
  reason: { code: string } | null;
}
interface Live {
  state: string;
  outputs: Output[];
  stats: { encoderRestarts: number; decoderRestarts: number } | null;
}

describe('a system with failing parts', () => {
  let system: System;
  let proxy: TcpProxy;
  let browsers: Browser[];
  let host: RoomPage;
  let guest: RoomPage;
  let steady: RtmpListener;

  const live = async () => (await system.api('GET', '/rooms/storm/live')).body as Live;
  const addOutput = async (url: string) =>
    ((await system.api('POST', '/rooms/storm/live/outputs', { kind: 'rtmp', url })).body as Output).id;
  /** Whether each person's colour is somewhere in the program. Seats decide who is on the left. */
  const people = async () => {
    const [picture] = await pictures(`${system.originUrl}/live/storm.flv`, { seconds: 0.5, fps: 30, width: 64, height: 36 });
    const halves = picture ? [0.15, 0.65].map((x) => meanColour(picture, x, 0.4, 0.2, 0.2)) : [];
    return [halves.some(([red, green]) => red > green + 80), halves.some(([red, green]) => green > red + 60)];
  };
  const output = async (id: string) => (await live()).outputs.find((one) => one.id === id);

  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([System.start({ workers: 2 }), launchBrowser('red'), launchBrowser('green')]);
    proxy = await TcpProxy.open(Number(new URL(system.url).port));
    const [first, second] = browsers as [Browser, Browser];
    host = await RoomPage.open(first, system, `/r/storm?token=${await system.token('storm', 'host', 'host', 'Host')}`);
    await host.enter();
    guest = await RoomPage.open(second, { url: `http://127.0.0.1:${proxy.port}` }, '/r/storm');
    await guest.enter('Guest');
    await Promise.all([host.sees('Guest'), guest.sees('Host')]);
    steady = new RtmpListener(await freePorts(), join(FOLDER, 'steady.flv'));
    await system.api('POST', '/rooms/storm/live', { outputs: [{ kind: 'rtmp', url: steady.url }] });
    await until('the program is live', async () => (await live()).outputs[0]?.state === 'live');
  });
  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    proxy?.close();
    await steady?.kill();
    await system?.stop();
  });

  // These two wait for different things, so they run together.
  it.concurrent('keeps the seat of a person whose signalling is gone for 20 s, and takes them back without a click', async () => {
    proxy.mode = 'refuse';
    await guest.id('reconnecting').waitFor();
    await pause(20_000);
    expect(await host.tile('Guest').count()).toBe(1);
    proxy.mode = 'pass';
    await guest.id('reconnecting').waitFor({ state: 'detached' });
    await Promise.all([host.sees('Guest', 'camera', { frames: 20 }), guest.sees('Host', 'camera', { frames: 20 })]);
    await host.hearsTone(PEOPLE.green.frequency);
  });

  it.concurrent('reports a destination that silently stopped reading, without harm to the other one', async () => {
    const port = await freePorts();
    const listener = new RtmpListener(port, join(FOLDER, 'stuck.flv'));
    await pause(500);
    const network = await TcpProxy.open(port);
    const id = await addOutput(listener.url.replace(`:${port}/`, `:${network.port}/`));
    await until('the output is live', async () => (await output(id))?.state === 'live');
    network.mode = 'stall';
    await until('the stall is noticed', async () => (await output(id))?.reason?.code === 'DESTINATION_STALLED');
    expect((await live()).outputs.find((one) => one.id !== id)?.state).toBe('live');
    await system.api('DELETE', `/rooms/storm/live/outputs/${id}`);
    network.close();
    await listener.kill();
  });

  it.each([
    ['decoder', /-f ivf/],
    ['encoder', /libx264/],
  ])('replaces a hung %s', async (_part, filter) => {
    const [victim] = system.children(filter);
    if (!victim) throw new Error('no such process');
    process.kill(victim.pid, 'SIGSTOP');
    await until('the process is replaced', () => !system.children(filter).some((child) => child.pid === victim.pid));
    await until('another one runs', () => system.children(filter).length > 0);
  });

  it('never interrupts the program', async () => {
    await pause(2000);
    const all = await packets(steady.file);
    for (const kind of ['video', 'audio'] as const) {
      const { maxStepMs, backward } = timeline(all, kind);
      expect(backward).toBe(0);
      expect(maxStepMs).toBeLessThanOrEqual(68);
    }
  });

  it('keeps the call going when the bridge is killed; a spare takes its place and brings the program back to the same URLs', async () => {
    const spare = await system.untilSpareBridge();
    const killedAt = performance.now();
    expect(system.kill(BRIDGE)).toHaveLength(1);
    const back = firstPicture(`${system.originUrl}/live/storm.flv`);
    await host.sees('Guest', 'camera', { frames: 20 });
    console.log(`SIGKILL of the bridge: a player has a picture again after ${Math.round((await back) - killedAt)} ms`);
    expect(system.children(BRIDGE).map(({ pid }) => pid)).toEqual([spare]);
    await steady.exited;
    const again = new RtmpListener(Number(new URL(steady.url.replace('rtmp:', 'http:')).port), join(FOLDER, 'again.flv'));
    await until('the program is on air again', async () => (await live()).state === 'live' && (await live()).outputs[0]?.state === 'live');
    await until('the playlist exists', async () => (await fetch(`${system.originUrl}/live/storm.m3u8`)).ok);
    await until('both people are in the program', async () => (await people()).every((isThere) => isThere), PATIENCE_MS, 500);
    await again.kill();
  });
});
