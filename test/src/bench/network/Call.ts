import type { Browser } from 'playwright-core';
import { detailedCamera, launchBrowser, microphone, pause, PEOPLE, RoomPage, System, until } from '../../support/index.js';
import { ADDRESS } from './namespace.js';
import { keepPeers, qualityBetween, received, worstOf, type Quality } from './receiverStats.js';
import { streamQuality, type StreamQuality } from './streamQuality.js';

const ROOM = 'network';
/** Jitter buffers and bandwidth estimates settle after a change. */
const SETTLE_MS = 8000;
/** A page that is short of bandwidth must be steady after this. */
const ADAPT_MS = 3000;

/** Two people who see and hear each other, on air. */
export class Call {
  readonly system: System;
  readonly #browsers: readonly Browser[];
  readonly #people: readonly RoomPage[];

  private constructor(system: System, browsers: readonly Browser[], people: readonly RoomPage[]) {
    this.system = system;
    this.#browsers = browsers;
    this.#people = people;
  }

  /** `isDemanding`: cameras whose pictures need more bits than a poor network has. */
  static async start({ isDemanding = false } = {}): Promise<Call> {
    // Where UDP arrives: to an address on loopback, browsers send media over TCP, which loses nothing.
    const system = await System.start({ env: { ANNOUNCED_IP: ADDRESS } });
    const devices = async (person: 'red' | 'green') =>
      isDemanding ? { camera: await detailedCamera(), microphone: await microphone(person) } : person;
    const [red, green] = await Promise.all([launchBrowser(await devices('red')), launchBrowser(await devices('green'))]);
    const host = await RoomPage.open(red, system, '/', { before: keepPeers });
    await host.id('room-input').fill(ROOM);
    await host.id('create-room').click();
    await host.enter('Red');
    await host.id('go-live').click();
    await host.id('confirm-live').click();
    await host.page.locator('[data-testid="live-pill"][data-state="live"]').waitFor();
    const guest = await RoomPage.open(green, system, `/r/${ROOM}`, { before: keepPeers });
    await guest.enter('Green');
    await Promise.all([host.sees('Green'), guest.sees('Red'), host.hearsTone(PEOPLE.green.frequency)]);
    return new Call(system, [red, green], [host, guest]);
  }

  settle(): Promise<void> {
    return pause(SETTLE_MS);
  }

  /** Measures the pages and the program for some seconds, once settled; of the pages, the worse counts. */
  async measure(seconds: number): Promise<{ page: Quality; program: StreamQuality }> {
    await this.settle();
    const url = `${this.system.originUrl}/live/${ROOM}.flv`;
    const frequencies = [PEOPLE.red.frequency, PEOPLE.green.frequency];
    const [page, program] = await Promise.all([
      this.#quality(seconds * 1000),
      streamQuality(url, { seconds, frequencies, folder: this.system.dataDir }),
    ]);
    return { page, program };
  }

  /** From a change of the network on: the first seconds, in which pages adapt, and what follows. */
  async measureAdaptation(seconds: number) {
    const adapting = await this.#quality(ADAPT_MS);
    const steady = await this.#quality(seconds * 1000);
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

  async #quality(ms: number): Promise<Quality> {
    const before = await Promise.all(this.#people.map(({ page }) => received(page)));
    await pause(ms);
    const after = await Promise.all(this.#people.map(({ page }) => received(page)));
    return worstOf(after.flatMap((now, index) => (before[index] ? [qualityBetween(before[index], now)] : [])));
  }
}

/** Waits until pictures and sound (more than the browser makes up) arrive. */
async function untilReceiving({ page }: RoomPage): Promise<void> {
  const before = await received(page);
  const heard = ({ samples, concealed }: typeof before) => samples - concealed;
  await until(
    'picture and sound are back',
    async () => {
      const now = await received(page);
      return now.framesDecoded > before.framesDecoded + 2 && heard(now) > heard(before) + 4800;
    },
    60_000,
    100,
  );
}
