import type { ChildProcess } from 'node:child_process';
import { canvasOf, defaultScene, layout, resolveProfile, type ProgramId } from '@lianmai/protocol';
import { cpuSeconds, descendants, rssMb, type ProcessInfo } from '../support/processes.js';
import { pause, until } from '../support/until.js';
import type { BenchOptions } from './arguments.js';
import { BridgeHost } from './BridgeHost.js';
import { participantClip } from './clips.js';
import { measureFloor } from './floor.js';
import type { FloorJob } from './floorCommand.js';
import { sourceOf, startProgram } from './participants.js';
import { round } from './report.js';
import { repeat, summarise } from './runs.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const PROGRAM = 'bench' as ProgramId;
/** A program runs for hours; in its first half minute, Node compiles its code (a quarter more CPU in all). */
const WARM_UP_MS = 30_000;
const PROFILE = resolveProfile('720p');
const SCENE = { ...defaultScene(), layout: 'grid' as const };

/**
 * The cores that a running program uses, over its floor: what matters is what it adds to decoding and encoding. Each run is followed by one
 * of the floor, and all are compared with the least of these. */
export async function run({ participants, seconds, runs }: BenchOptions): Promise<object> {
  const clips = await Promise.all(Array.from({ length: participants }, (_, index) => participantClip(index)));
  const measured = await repeat(runs, async () => {
    const { job, ...figures } = await withProgram(clips, async (bridge) => ({
      ...(await measure(bridge, seconds)),
      job: floorJob(bridge, clips),
    }));
    return { ...figures, floor: await measureFloor(FFMPEG, job, seconds) };
  });
  const floor = Math.min(...measured.map((figures) => figures.floor));
  const compared = measured.map((figures) => ({ ...figures, floor: round(floor), ratio: round(figures.cores.total / floor, 2) }));
  return { case: 'program', participants, seconds, runs, ...summarise(compared) };
}

/** Measures a program that is composed of all clips and has warmed up. */
async function withProgram<Result>(clips: readonly string[], use: (bridge: BridgeHost) => Promise<Result>): Promise<Result> {
  const bridge = await BridgeHost.start();
  const senders: ChildProcess[] = [];
  try {
    await startProgram(bridge, { programId: PROGRAM, profile: PROFILE, scene: SCENE, clips }, senders);
    await until('the program has statistics', () => bridge.stats);
    await pause(WARM_UP_MS);
    const result = await use(bridge);
    await bridge.request('stopProgram', { programId: PROGRAM });
    return result;
  } finally {
    for (const one of senders) one.kill('SIGKILL');
    await bridge.stop();
  }
}

interface Usage {
  decoders: number;
  compositor: number;
  encoder: number;
}

const isEncoder = ({ command }: ProcessInfo) => command.includes('libx264');

/** CPU seconds so far. The compositor is the whole Node process: RTP, Opus, clock, mixing, pipes, hub and HLS. */
function usage(bridgePid: number): Usage {
  const used: Usage = { decoders: 0, compositor: cpuSeconds(bridgePid), encoder: 0 };
  for (const child of descendants(bridgePid)) used[isEncoder(child) ? 'encoder' : 'decoders'] += cpuSeconds(child.pid);
  return used;
}

async function measure(bridge: BridgeHost, seconds: number) {
  const framesBefore = bridge.stats;
  const before = usage(bridge.pid);
  const startedAt = performance.now();
  await pause(seconds * 1000);
  const after = usage(bridge.pid);
  const elapsedS = (performance.now() - startedAt) / 1000;
  const cores = {
    decoders: round((after.decoders - before.decoders) / elapsedS),
    compositor: round((after.compositor - before.compositor) / elapsedS),
    encoder: round((after.encoder - before.encoder) / elapsedS),
  };
  const rss = [bridge.pid, ...descendants(bridge.pid).map((child) => child.pid)].reduce((sum, one) => sum + rssMb(one), 0);
  const grown = (field: 'lateFrames' | 'droppedFrames') => (bridge.stats?.[field] ?? 0) - (framesBefore?.[field] ?? 0);
  const [lateFrames, droppedFrames] = [grown('lateFrames'), grown('droppedFrames')];
  if (droppedFrames > 0) console.error(`the machine was too busy: ${droppedFrames} frames were left out, so this run cost too little`);
  return {
    cores: { ...cores, total: round(cores.decoders + cores.compositor + cores.encoder) },
    rssMb: Math.round(rss),
    lateFrames,
    droppedFrames,
  };
}

/** The same program for one FFmpeg: the command lines of the running program's children, and where its scene shows each of them. */
function floorJob(bridge: BridgeHost, clips: readonly string[]): FloorJob {
  const children = descendants(bridge.pid);
  const commands = {
    encoder: children.find(isEncoder)?.args ?? [],
    decoders: children.filter(({ command }) => command.includes('showinfo')).map(({ args }) => args),
  };
  if (commands.encoder.length === 0 || commands.decoders.length !== clips.length) {
    throw new Error(`expected an encoder and ${clips.length} decoders: ${children.map(({ command }) => command).join('\n')}`);
  }
  const canvas = canvasOf(PROFILE);
  const tiles = layout(canvas, SCENE, clips.map((_, index) => sourceOf(index))); // prettier-ignore
  return { commands, clips, tiles, canvas };
}
