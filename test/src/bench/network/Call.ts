import type { Browser } from 'playwright-core';
import { camera, detailedCamera, launchBrowser, microphone, pause, PEOPLE, RoomPage, System, until, voice } from '../../support/index.js';
import { ADDRESS } from './namespace.js';
import { keepPeers, qualityBetween, received, worstOf, type Quality } from './receiverStats.js';
import { streamQuality, type StreamQuality } from './streamQuality.js';

const ROOM = 'network';
/** A page that is short of bandwidth must be steady after this. */
const ADAPT_MS = 3000;

export interface CallOptions {
  /** The microphones' sound; tones can be found again in the program. */
  sound: 'voice' | 'tone';
  /** Cameras whose pictures need more bits than a poor network has. */
  isDemanding?: boolean;
  isOnAir?: boolean;
}

/** Two people who see and hear each other. */
export class Call {
  readonly system: System;
  readonly #browsers: readonly Browser[];
  readonly #people: readonly RoomPage[];

  private constructor(system: System, browsers: readonly Browser[], people: readonly RoomPage[]) {
    this.system = system;
    this.#browsers = browsers;
    this.#people = people;
  }

  static async start({ sound, isDemanding = false, isOnAir = false }: CallOptions): Promise<Call> {
    // Where UDP arrives: to an address on loopback, browsers send media over TCP, which loses nothing.
    const system = await System.start({ env: { ANNOUNCED_IP: ADDRESS } });
    const devices = async (person: 'red' | 'green') => ({
      camera: await (isDemanding ? detailedCamera() : camera(person)),
      microphone: await (sound === 'voice' ? voice() : microphone(person)),
    });
    const [red, green] = await Promise.all([launchBrowser(await devices('red')), launchBrowser(await devices('green'))]);
    const host = await RoomPage.open(red, system, '/', { before: keepPeers });
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    if (isOnAir) await goLive(host);
    const guest = await RoomPage.open(green, system, `/r/${ROOM}`, { before: keepPeers });
    await guest.enter('Green');
    await Promise.all([host.sees('Green'), guest.sees('Red'), untilReceiving(host), untilReceiving(guest)]);
    return new Call(system, [red, green], [host, guest]);
  }

  /** Measures the pages for some seconds; the worse counts. */
  async measurePages(seconds: number): Promise<Quality> {
    const before = await Promise.all(this.#people.map(({ page }) => received(page)));
    await pause(seconds * 1000);
    const after = await Promise.all(this.#people.map(({ page }) => received(page)));
    return worstOf(after.flatMap((now, index) => (before[index] ? [qualityBetween(before[index], now)] : [])));
  }

  measureProgram(seconds: number): Promise<StreamQuality> {
    const url = `${this.system.originUrl}/live/${ROOM}.flv`;
    const frequencies = [PEOPLE.red.frequency, PEOPLE.green.frequency];
    return streamQuality(url, { seconds, frequencies, folder: this.system.dataDir });
  }

  /** From a change of the network on: the first seconds, in which pages adapt, and what follows. */
  async measureAdaptation(seconds: number) {
    const adapting = await this.measurePages(ADAPT_MS / 1000);
    const steady = await this.measurePages(seconds);
    return { ...steady, adapting };
  }

  /** The time until both see and hear each other again, ms, and until both pages have said that something is wrong (null: not said). */
  async measureReturn(): Promise<{ backMs: number; toldAfterMs: number | null }> {
    const startedAtMs = performance.now();
    const elapsed = () => Math.round(performance.now() - startedAtMs);
    const told: number[] = [];
    const listening = this.#people.map((person) =>
      person
        .id('media-interrupted')
        .waitFor({ timeout: 30_000 })
        .then(
          () => void told.push(elapsed()),
          () => undefined,
        ),
    );
    // Media under way still arrives.
    await pause(1000);
    await Promise.all(this.#people.map((person) => untilReceiving(person)));
    const backMs = elapsed();
    await Promise.race([Promise.all(listening), pause(1000)]);
    return { backMs, toldAfterMs: told.length === this.#people.length ? Math.max(...told) : null };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close()));
    await this.system.stop();
  }
}

async function goLive(host: RoomPage): Promise<void> {
  await host.id('go-live').click();
  await host.id('confirm-live').click();
  await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
}

/** Waits until pictures and sound (more than the browser makes up) have arrived for a moment. */
async function untilReceiving({ page }: RoomPage): Promise<void> {
  let before = await received(page);
  let [frames, samples] = [0, 0];
  await until(
    'picture and sound arrive',
    async () => {
      const now = await received(page);
      // A transport that replaces another begins at zero.
      frames += Math.max(0, now.framesDecoded - before.framesDecoded);
      samples += Math.max(0, now.samples - now.concealed - (before.samples - before.concealed));
      before = now;
      return frames > 2 && samples > 4800;
    },
    60_000,
    100,
  );
}
