import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProgramInfo, RecordingsReply, seatedIds, StageSnapshot } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import {
  camera,
  clockMs,
  cpuSeconds,
  descendants,
  launchBrowser,
  MediaLog,
  microphone,
  PEOPLE,
  RoomPage,
  RtmpTarget,
  System,
  TcpProxy,
  until,
  type Person,
  type ProcessInfo,
} from '../../support/index.js';
import { collectMedia, noteMedia } from './mediaOfPage.js';
import { SmallDisk } from './SmallDisk.js';
import { watchFlv, watchHls, type HlsViewer, type Viewer } from './viewers.js';

const ROOM = 'storm';
/** Small pictures, so that a machine with two cores has some left for the faults. */
const PROFILE = { name: '480p', preset: 'ultrafast' };
const devices = async (person: Person) => ({ camera: await camera(person, 320, 180), microphone: await microphone(person) });
const BOTH = ['audio', 'video'] as const;
/** Media flows if some has come in this time, everywhere. */
const FLOWING_MS = 1500;
/** And it goes on to flow for this long: whatever a fault causes late still belongs to it. */
const STEADY_MS = 3000;
const INTRUDER = fileURLToPath(new URL('../intruder.mjs', import.meta.url));

const RoomReply = z.object({ stage: StageSnapshot });

/** The losses that a fault may cause. */
export interface Kept {
  /** The ids of the people on stage. */
  seats: string[];
  chat: number;
  connections: number;
}

interface ShowParts {
  system: System;
  browsers: readonly Browser[];
  people: readonly [RoomPage, RoomPage];
  guestNetwork: TcpProxy;
  target: RtmpTarget;
  disk: SmallDisk | null;
  folder: string;
}

/** A whole system with a show on: two people who see and hear each other, their program recorded, pushed to an RTMP server and watched by FLV and HLS. */
export class Show {
  readonly system: System;
  readonly host: RoomPage;
  readonly guest: RoomPage;
  /** Carries the guest's signalling. */
  readonly guestNetwork: TcpProxy;
  readonly target: RtmpTarget;
  readonly flv: Viewer;
  readonly hls: HlsViewer;
  /** null where no small disk can be mounted. */
  readonly disk: SmallDisk | null;
  /** Media that reached the host's page, and the guest's. */
  readonly heard: readonly [MediaLog, MediaLog] = [new MediaLog(), new MediaLog()];
  readonly #browsers: readonly Browser[];
  readonly #folder: string;

  private constructor({ system, browsers, people, guestNetwork, target, disk, folder }: ShowParts) {
    this.system = system;
    [this.host, this.guest] = people;
    this.guestNetwork = guestNetwork;
    this.target = target;
    this.disk = disk;
    this.#browsers = browsers;
    this.#folder = folder;
    this.flv = watchFlv(`${system.originUrl}/live/${ROOM}.flv?wait=1`);
    this.hls = watchHls(`${system.originUrl}/live/${ROOM}.m3u8`);
  }

  static async start(): Promise<Show> {
    const folder = mkdtempSync(join(tmpdir(), 'lianmai-show-'));
    const recordings = join(folder, 'recordings');
    mkdirSync(recordings);
    const disk = SmallDisk.mount(recordings);
    const env = {
      NODE_OPTIONS: `--import=${INTRUDER}`,
      FAULTS_FOLDER: folder,
      RECORD_DIR: recordings,
      RECORD_MIN_FREE_MB: '8',
    };
    const [system, red, green, target] = await Promise.all([
      System.start({ workers: 2, env }),
      launchBrowser(await devices('red')),
      launchBrowser(await devices('green')),
      RtmpTarget.open(),
    ]);
    await system.createStream(ROOM, { record: { format: 'mp4', segmentSeconds: null } });
    const guestNetwork = await TcpProxy.open(Number(new URL(system.url).port));
    const host = await enter(red, system, `/r/${ROOM}?token=${await system.token(ROOM, 'host', 'host', 'Host')}`);
    const guestUrl = `/r/${ROOM}?token=${await system.token(ROOM, 'guest', 'guest', 'Guest')}`;
    const guest = await enter(green, { url: `http://127.0.0.1:${guestNetwork.port}` }, guestUrl);
    await host.id('toggle-chat').click();
    await Promise.all([host.sees('Guest'), guest.sees('Host'), host.hearsTone(PEOPLE.green.frequency)]);
    await system.api('POST', `/rooms/${ROOM}/live`, { profile: PROFILE, outputs: [{ kind: 'rtmp', url: target.url }] });
    const show = new Show({ system, browsers: [red, green], people: [host, guest], guestNetwork, target, disk, folder });
    await show.settle();
    return show;
  }

  async program(): Promise<ProgramInfo> {
    return ProgramInfo.parse((await this.system.api('GET', `/rooms/${ROOM}/live`)).body);
  }

  /** Adds another output to the program, for faults of destinations. */
  async addOutput(url: string): Promise<string> {
    const { body } = await this.system.api('POST', `/rooms/${ROOM}/live/outputs`, { kind: 'rtmp', url });
    return (body as { id: string }).id;
  }

  async removeOutput(id: string): Promise<void> {
    await this.system.api('DELETE', `/rooms/${ROOM}/live/outputs/${id}`);
  }

  /** Writes a message to the chat. */
  async say(text: string): Promise<void> {
    await this.host.id('chat-input').fill(text);
    await this.host.id('chat-send').click();
    await this.host.id('chat-message').filter({ hasText: text }).waitFor();
  }

  /** Sends a signal to the busiest `count` processes of the system that match. Throws if there is none. */
  signal(filter: RegExp, signal: NodeJS.Signals, count = Infinity): number[] {
    const pids = this.system
      .children(filter)
      .map(({ pid }) => pid)
      .sort((a, b) => cpuSeconds(b) - cpuSeconds(a))
      .slice(0, count);
    if (pids.length === 0) throw new Error(`no process matches ${String(filter)}`);
    for (const pid of pids) process.kill(pid, signal);
    return pids;
  }

  /** The process through which the guest's browser reaches the network. */
  networkOfGuest(): number {
    const all = descendants(process.pid);
    const isOf = (camera: string, { command, parent }: ProcessInfo): boolean => {
      const above = all.find(({ pid }) => pid === parent);
      return command.includes(`capture=`) ? command.includes(camera) : above !== undefined && isOf(camera, above);
    };
    const found = all.find((one) => one.command.includes('network.mojom.NetworkService') && isOf('/green-', one));
    if (!found) throw new Error('the browser of the guest has no process for its network');
    return found.pid;
  }

  /** Tells the intruder in server and bridge. */
  intrude(what: 'clock' | 'freeze', ms: number): void {
    writeFileSync(join(this.#folder, what), String(ms));
  }

  /** Waits until call, program, output and viewers have media, and have had it for a while. */
  async settle(): Promise<void> {
    let sinceMs: number | null = null;
    await until('everybody has media again', async () => {
      await this.#collect();
      if (!this.#isFlowing() || !(await this.#isLive())) sinceMs = null;
      else sinceMs ??= clockMs();
      return sinceMs !== null && clockMs() - sinceMs > STEADY_MS;
    });
  }

  async kept(): Promise<Kept> {
    const { stage } = RoomReply.parse((await this.system.api('GET', `/rooms/${ROOM}`)).body);
    return {
      seats: seatedIds(stage),
      chat: await this.host.id('chat-message').count(),
      connections: this.target.connections,
    };
  }

  /** Its recordings, newest first. */
  async recordings(): Promise<RecordingsReply['recordings']> {
    return RecordingsReply.parse((await this.system.api('GET', `/recordings?name=${ROOM}`)).body).recordings;
  }

  /** Ends the program; resolves with its recordings once they are complete. */
  async end(): Promise<RecordingsReply['recordings']> {
    await this.system.api('DELETE', `/rooms/${ROOM}/live`);
    return until('the recordings are complete', async () => {
      const recordings = await this.recordings();
      return recordings.every(({ state }) => state !== 'recording') && recordings;
    });
  }

  /** Forgets the media of earlier faults. */
  forget(): void {
    for (const log of [...this.heard, this.target.media, this.flv.media, this.hls.media]) log.forgetBefore(clockMs() - FLOWING_MS);
  }

  async stop(): Promise<void> {
    this.flv.stop();
    this.hls.stop();
    await Promise.all(this.#browsers.map((browser) => browser.close()));
    await this.system.stop();
    this.target.kill();
    this.disk?.unmount();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #collect(): Promise<void> {
    await Promise.all([collectMedia(this.host.page, this.heard[0]), collectMedia(this.guest.page, this.heard[1])]);
  }

  #isFlowing(): boolean {
    const all = [...this.heard, this.target.media, this.flv.media].every((log) => log.isFlowing(BOTH, FLOWING_MS));
    return all && this.hls.media.isFlowing(['video'], FLOWING_MS);
  }

  async #isLive(): Promise<boolean> {
    const info = await this.program().catch(() => null);
    return info?.state === 'live' && info.outputs.every(({ state }) => state === 'live');
  }
}

async function enter(browser: Browser, system: Pick<System, 'url'>, path: string): Promise<RoomPage> {
  const person = await RoomPage.open(browser, system, path, { before: noteMedia });
  await person.enter();
  return person;
}
