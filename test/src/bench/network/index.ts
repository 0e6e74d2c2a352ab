import type { BenchOptions } from '../arguments.js';
import { pause, type System } from '../../support/index.js';
import { Call } from './Call.js';
import { assertDropping, impair } from './impair.js';
import { enterNamespace, isInNamespace, missingTool, namespaceObstacle, openInterfaces } from './namespace.js';
import type { Impairment } from './packetRules.js';
import { playByWhep, publishByWhip, seeOnStage } from './standards.js';

/** Losses in percent, and how many packets are lost in a row. */
const LOSSES = [
  { percent: 0, burst: 1 },
  { percent: 2, burst: 1 },
  { percent: 5, burst: 1 },
  { percent: 10, burst: 1 },
  { percent: 5, burst: 3 },
  { percent: 10, burst: 3 },
] as const;
const POLICED_KBPS = 320;
/** Jitter buffers and bandwidth estimates settle after a change. */
const SETTLE_MS = 8000;

/** A row of the table. Figures that a path does not have are null. */
interface Row {
  case: 'network';
  path: 'page' | 'bridge' | 'whip' | 'whep' | 'stage';
  /** The microphones' sound. */
  sound: 'voice' | 'tone';
  lost: number;
  burst: number;
  videoFps: number | null;
  freezes: number | null;
  concealed: number | null;
  mouthToEarMs: number | null;
  programFps: number | null;
  programConcealed: number | null;
}

type Figures = Pick<Row, 'videoFps' | 'freezes' | 'concealed' | 'mouthToEarMs' | 'programFps' | 'programConcealed'>;
const NOTHING: Figures = { videoFps: null, freezes: null, concealed: null, mouthToEarMs: null, programFps: null, programConcealed: null };

const rowOf = (
  { path, sound }: Pick<Row, 'path' | 'sound'>,
  { percent: lost, burst }: (typeof LOSSES)[number],
  figures: Partial<Figures>,
): Row => ({
  case: 'network',
  path,
  sound,
  lost,
  burst,
  ...NOTHING,
  ...figures,
});

/**
 * Two people in a room on air, a WHIP publisher, a WHEP player and a stream on stage, while packets from and to the SFU are dropped: a share of all, all above
 * a rate, or all of UDP. Runs in a network namespace of its own, which needs root.
 */
export async function run({ seconds, only }: BenchOptions): Promise<object> {
  const reason = (await namespaceObstacle()) ?? (await missingTool());
  if (reason !== null) {
    console.error(`skipped: ${reason}`);
    return [{ case: 'network', skipped: reason }];
  }
  if (!isInNamespace()) return enterNamespace();
  await openInterfaces();
  const parts = {
    voices: measureVoices,
    room: measureRoom,
    whip: measureWhip,
    whep: measureWhep,
    stage: measureStage,
    limits: measureLimits,
  };
  const rows: object[] = [];
  for (const [name, measure] of Object.entries(parts)) if (only === null || only === name) rows.push(...(await measure(seconds)));
  return rows;
}

async function withLosses<T>(system: System, measure: () => Promise<T>, use: (loss: (typeof LOSSES)[number], result: T) => Row[]) {
  const rows: Row[] = [];
  for (const loss of LOSSES) {
    const impairment: Impairment = loss.percent === 0 ? { kind: 'none' } : { kind: 'loss', ...loss };
    await impair(system.rtcPort, impairment);
    const made = use(loss, await measure());
    if (loss.percent > 0) await assertDropping();
    for (const row of made) console.error(JSON.stringify(row));
    rows.push(...made);
  }
  return rows;
}

async function measureVoices(seconds: number): Promise<Row[]> {
  const call = await Call.start({ sound: 'voice' });
  try {
    return await withLosses(
      call.system,
      () => settled(() => call.measurePages(seconds)),
      (loss, page) => [rowOf({ path: 'page', sound: 'voice' }, loss, page)],
    );
  } finally {
    await call.stop();
  }
}

async function measureRoom(seconds: number): Promise<Row[]> {
  const call = await Call.start({ sound: 'tone', isOnAir: true });
  try {
    return await withLosses(
      call.system,
      () => settled(() => Promise.all([call.measurePages(seconds), call.measureProgram(seconds)])),
      (loss, [page, program]) => [
        rowOf({ path: 'page', sound: 'tone' }, loss, { ...page, ...program }),
        rowOf({ path: 'bridge', sound: 'tone' }, loss, program),
      ],
    );
  } finally {
    await call.stop();
  }
}

async function measureWhip(seconds: number): Promise<Row[]> {
  const publisher = await publishByWhip();
  try {
    return await withLosses(
      publisher.system,
      () => settled(() => publisher.measure(seconds)),
      (loss, stream) => [rowOf({ path: 'whip', sound: 'tone' }, loss, stream)],
    );
  } finally {
    await publisher.stop();
  }
}

const measureWhep = (seconds: number) => measurePage('whep', seconds);
const measureStage = (seconds: number) => measurePage('stage', seconds);

async function measurePage(path: 'whep' | 'stage', seconds: number): Promise<Row[]> {
  const player = await (path === 'whep' ? playByWhep() : seeOnStage());
  try {
    return await withLosses(
      player.system,
      () => settled(() => player.measure(seconds)),
      (loss, page) => [rowOf({ path, sound: 'tone' }, loss, page)],
    );
  } finally {
    await player.stop();
  }
}

async function settled<T>(measure: () => Promise<T>): Promise<T> {
  await pause(SETTLE_MS);
  return measure();
}

/** A rate limit each way, then the loss of UDP, in mid-call and with pictures that need much. */
async function measureLimits(seconds: number): Promise<object[]> {
  const call = await Call.start({ sound: 'voice', isDemanding: true });
  const { rtcPort } = call.system;
  const rows: object[] = [];
  try {
    for (const direction of ['up', 'down'] as const) {
      await impair(rtcPort, { kind: 'police', direction, kbps: POLICED_KBPS });
      rows.push({ case: 'network', path: 'page', kbps: POLICED_KBPS, direction, ...(await call.measureAdaptation(seconds)) });
      await impair(rtcPort, { kind: 'none' });
      await pause(SETTLE_MS);
    }
    await impair(rtcPort, { kind: 'cut' });
    rows.push({ case: 'network', path: 'page', cut: 'udp', ...(await call.measureReturn()) });
    for (const row of rows) console.error(JSON.stringify(row));
    return rows;
  } finally {
    await call.stop();
  }
}
