import type { ChildProcess } from 'node:child_process';
import { canvasOf, defaultScene, layout, resolveProfile, type ProgramId, type Tile } from '@lianmai/protocol';
import { CpuGroup, pause, until } from '../../support/index.js';
import type { BenchOptions } from '../arguments.js';
import { BridgeHost } from '../BridgeHost.js';
import { sourceOf, startProgram } from '../participants.js';
import { percentile, round } from '../report.js';
import { Hogs } from './Hogs.js';
import { delaysMs, hear, longestPictureMs } from './judge.js';
import { Recording } from './Recording.js';
import { timedClip, toneHz } from './timedClip.js';

const PROGRAM = 'bench' as ProgramId;
const PROFILE = resolveProfile('720p');
const SCENE = { ...defaultScene(), layout: 'grid' as const, showNames: false };
const WARM_UP_MS = 8000;
const CALM_MS = 10_000;
/** The product and the other work have a core; its own figures leave out what starts and ends in between. */
const LEAST_CORES = 0.85;
/** Time for the last media of the measurement to arrive. */
const REST_MS = 2000;

/**
 * A program on one core, half of which other work takes from a certain moment on; everything counts from there. People send as the SFU would; they and the
 * player that judges are not in the product's group.
 */
export async function run({ participants, seconds }: BenchOptions): Promise<object> {
  const reason = CpuGroup.reasonAgainst();
  if (reason !== null) {
    console.error(`This bench cannot run: ${reason}.`);
    process.exit(1);
  }
  const clips = await Promise.all(Array.from({ length: participants }, (_, index) => timedClip(index)));
  const hogs = new Hogs();
  try {
    hogs.favour(process.pid);
    const bridge = await BridgeHost.start();
    hogs.confine(bridge.pid);
    const senders: ChildProcess[] = [];
    try {
      await startProgram(bridge, { programId: PROGRAM, profile: PROFILE, scene: SCENE, clips }, senders);
      await until('the program has statistics', () => bridge.stats);
      await pause(WARM_UP_MS);
      return { case: 'starved', participants, seconds, ...(await measure(bridge, hogs, { participants, seconds })) };
    } finally {
      for (const one of senders) one.kill('SIGKILL');
      await bridge.stop();
    }
  } finally {
    await hogs.stop();
  }
}

async function measure(bridge: BridgeHost, hogs: Hogs, { participants, seconds }: Pick<BenchOptions, 'participants' | 'seconds'>) {
  const recording = new Recording(`${bridge.originUrl}/live/bench.flv`);
  try {
    await pause(CALM_MS);
    hogs.start();
    const startMs = performance.now();
    const cores = await averageCores(bridge, seconds);
    const endMs = performance.now();
    const otherCores = (hogs.seconds * 1000) / (endMs - startMs);
    if (cores + otherCores < LEAST_CORES) console.error('something else used the core, too: do not trust these figures');
    const { degraded } = bridge;
    await pause(REST_MS);
    await recording.stop();
    return {
      ...(await judge(recording, { participants, startMs, endMs })),
      cores: round(cores, 2),
      otherCores: round(otherCores, 2),
      degraded,
    };
  } finally {
    recording.remove();
  }
}

/** The cores that the product uses during the next seconds, by its own figures. */
async function averageCores(bridge: BridgeHost, seconds: number): Promise<number> {
  let sum = 0;
  for (let second = 0; second < seconds; second++) {
    await pause(1000);
    const { decoders = 0, compositor = 0, encoder = 0 } = bridge.stats?.cpu ?? {};
    sum += decoders + compositor + encoder;
  }
  return sum / seconds;
}

async function judge(
  recording: Recording,
  { participants, startMs, endMs }: { participants: number; startMs: number; endMs: number },
): Promise<object> {
  const isStarved = ({ arrivedAtMs }: { arrivedAtMs: number }) => arrivedAtMs >= startMs && arrivedAtMs < endMs;
  const audio = recording.tagsOf('audio');
  const wallMs = endMs - startMs;
  const [from, to] = [audio.findIndex(isStarved), audio.findLastIndex(isStarved)];
  const [first, last] = [audio[from], audio[to]];
  if (!first || !last) throw new Error('the program sent no sound while it was starved');
  const stepsMs = audio.slice(from, to).map(({ timeMs }, index) => (audio[from + index + 1]?.timeMs ?? timeMs) - timeMs);
  const tones = Array.from({ length: participants }, (_, index) => toneHz(index));
  const pictures = await recording.pictures(PROFILE, tileOf(participants));
  const starved = pictures.filter(isStarved);
  const heard = await hearPart(recording, first.timeMs, last.timeMs, tones);
  const mediaMs = last.timeMs - first.timeMs;
  return {
    mediaPerWall: round(mediaMs / wallMs, 4),
    audioGapMs: Math.max(0, Math.max(...stepsMs) - 22),
    fps: round((starved.length * 1000) / wallMs, 1),
    heardOfWall: round(Math.min(...heard.heardMs) / wallMs, 4),
    longestSilenceMs: heard.longestGapMs,
    longestPictureMs: longestPictureMs(starved),
    ...drift(pictures, startMs, endMs),
  };
}

/** The sound between two times of the program. It is decoded from its first tag on. */
async function hearPart(recording: Recording, fromMs: number, toMs: number, tones: readonly number[]) {
  const sound = await recording.sound();
  const originMs = recording.tagsOf('audio')[0]?.timeMs ?? 0;
  const at = (timeMs: number) => Math.round((timeMs - originMs) * 48);
  return hear(sound.subarray(Math.max(0, at(fromMs)), at(toMs)), tones);
}

/** The growth of the first participant's delay since before the other work began. */
function drift(pictures: readonly { timeMs: number; arrivedAtMs: number; number: number | null }[], startMs: number, endMs: number) {
  const between = (from: number, to: number) => pictures.filter(({ arrivedAtMs }) => arrivedAtMs >= from && arrivedAtMs < to);
  const calm = between(startMs - CALM_MS, startMs);
  // Counted from a time well before any frame arrives, so that no delay wraps.
  const originMs = (calm.find(({ number }) => number === 0)?.arrivedAtMs ?? startMs) - 3000;
  const usual = percentile(delaysMs(calm, originMs), 0.5);
  const later = (share: number) => Math.round(percentile(delaysMs(between(startMs, endMs), originMs), share) - usual);
  return { delayDriftMs: later(0.5), delayDriftP95Ms: later(0.95) };
}

function tileOf(participants: number): Tile {
  const sources = Array.from({ length: participants }, (_, index) => sourceOf(index)).map(({ id, kind }) => ({ id, kind }));
  const tile = layout(canvasOf(PROFILE), SCENE, sources)[0];
  if (!tile) throw new Error('the scene shows nobody');
  return tile;
}
