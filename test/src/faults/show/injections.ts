import { clockMs, pause, RtmpTarget, until } from '../../support/index.js';
import type { SomeFigures } from './figures.js';
import type { Inject } from './measure.js';
import type { Show } from './Show.js';

const HOUR_MS = 3_600_000;
/** HLS has the time of day once in every segment. */
const TIME_OF_DAY_WITHIN_MS = 30_000;

/** Shows what the machine does by itself. */
export const noFault =
  (seconds: number): Inject =>
  async () => {
    await pause(seconds * 1000);
    return {};
  };

/** Kills processes, all or the busiest. */
export const kill =
  (filter: RegExp, count?: number): Inject =>
  (show) => {
    show.signal(filter, 'SIGKILL', count);
    return Promise.resolve({});
  };

/** Stops processes, and lets those go on that have not been replaced meanwhile. */
export const stop =
  (filter: RegExp, seconds: number, count?: number): Inject =>
  async (show) => {
    const pids = show.signal(filter, 'SIGSTOP', count);
    await pause(seconds * 1000);
    for (const { pid } of show.system.children(filter)) if (pids.includes(pid)) process.kill(pid, 'SIGCONT');
    return {};
  };

/** Ends the server process alone, and waits until the next one answers. */
export const endServer =
  (signal: NodeJS.Signals): Inject =>
  async ({ system }) => {
    await system.endServer(signal);
    return {};
  };

/** A bridge's successor is prepared again only some seconds after the last one was needed. */
export const withSpareBridge =
  (fault: Inject): Inject =>
  async (show) => {
    await show.system.untilSpareBridge();
    return fault(show);
  };

/** The program's threads stand still, and the rest of the bridge does not. */
export const freezeProgram =
  (seconds: number): Inject =>
  async (show) => {
    show.intrude('freeze', seconds * 1000);
    await pause(seconds * 1000);
    return {};
  };

/** The network process of the guest's browser carries signalling and media. While it is stopped nothing comes or goes, as without a network. */
export const guestOffline =
  (seconds: number): Inject =>
  async (show) => {
    const pid = show.networkOfGuest();
    process.kill(pid, 'SIGSTOP');
    await pause(seconds * 1000);
    process.kill(pid, 'SIGCONT');
    return {};
  };

/** The guest's page reaches the server no more; media has a way of its own. */
export const signallingAway =
  (seconds: number): Inject =>
  async ({ guest, guestNetwork }) => {
    guestNetwork.mode = 'refuse';
    try {
      await guest.id('reconnecting').waitFor();
      await pause(seconds * 1000);
    } finally {
      guestNetwork.mode = 'pass';
    }
    await guest.id('reconnecting').waitFor({ state: 'detached' });
    return {};
  };

/** The machine's clock is an hour late for a while. */
export const stepClockBack: Inject = async (show) => {
  const offsetMs = () => (show.hls.programDateTimeMs ?? Infinity) - Date.now();
  const steppedAtMs = clockMs();
  show.intrude('clock', -HOUR_MS);
  await until('HLS has the new time of day', () => offsetMs() < -HOUR_MS / 2, TIME_OF_DAY_WITHIN_MS).catch(() => undefined);
  const timeOfDay = clockMs() - steppedAtMs;
  show.intrude('clock', 0);
  await until('HLS has the old one again', () => Math.abs(offsetMs()) < HOUR_MS / 2, TIME_OF_DAY_WITHIN_MS);
  return { timeOfDay };
};

/** The recording says that its disk is full, and another one begins once there is room. */
export const fillDisk =
  (seconds: number): Inject =>
  async (show) => {
    const filledAtMs = clockMs();
    const over = pause(seconds * 1000);
    try {
      show.disk?.fill();
      await until('the recording says that the disk is full', async () => (await show.recordings())[0]?.reason?.code === 'DISK_FULL');
      const told = clockMs() - filledAtMs;
      await over;
      return { told };
    } finally {
      show.disk?.free();
      await until('the show is recorded again', async () => (await show.recordings())[0]?.state === 'recording');
    }
  };

/** A second destination keeps its connection and reads nothing; the first one shows that nobody else notices. */
export const stopReading: Inject = withOutput(async (show, target, id) => {
  target.stopReading();
  return { told: await untilTold(show, id) };
});

/** A second destination goes away and comes back. */
export const restartDestination: Inject = withOutput(async (show, target, id) => {
  target.kill();
  const told = await untilTold(show, id);
  await target.restart();
  await untilLive(show, id);
  return { told };
});

function withOutput(fault: (show: Show, target: RtmpTarget, id: string) => Promise<SomeFigures>): Inject {
  return async (show) => {
    const target = await RtmpTarget.open();
    const id = await show.addOutput(target.url);
    try {
      await untilLive(show, id);
      return await fault(show, target, id);
    } finally {
      await show.removeOutput(id);
      target.kill();
    }
  };
}

const outputOf = async (show: Show, id: string) => (await show.program()).outputs.find((one) => one.id === id);
const untilLive = (show: Show, id: string) => until('the output is live', async () => (await outputOf(show, id))?.state === 'live');

/** The time until the output gives a reason why it does not work, ms. */
async function untilTold(show: Show, id: string): Promise<number> {
  const startedAtMs = clockMs();
  await until('the output says what is wrong', async () => (await outputOf(show, id))?.reason);
  return clockMs() - startedAtMs;
}
