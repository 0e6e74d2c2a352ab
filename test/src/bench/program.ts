import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { defaultScene, resolveProfile, type ProgramId } from '@lianmai/protocol';
import { ffmpeg } from '../support/ffmpeg.js';
import { cpuSeconds, descendants, rssMb, type ProcessInfo } from '../support/processes.js';
import { pause, until } from '../support/until.js';
import type { BenchOptions } from './arguments.js';
import { BridgeHost } from './BridgeHost.js';
import { participantClip } from './clips.js';
import { ProgramFloor, type ProgramCommands } from './floor.js';
import { sendClip, sourceOf, tracksOf } from './participants.js';
import { round } from './report.js';
import { repeat, summarise } from './runs.js';

const PROGRAM = 'bench' as ProgramId;
const WARM_UP_MS = 6000;
const RECORDED_S = 10;
/** Floor rounds after each run of the program, so that one busy minute of the machine does not hit all of them. */
const FLOOR_ROUNDS = 5;
const PROFILE = resolveProfile('720p');

/**
 * The cores that a running program uses, over its floor: what matters in a compositor is what it adds to encoder and decoders. Rounds of the floor run between
 * the program's runs, and each run is compared with the same floor, the minimum of all rounds.
 */
export async function run({ participants, seconds, runs }: BenchOptions): Promise<object> {
  const clips = await Promise.all(Array.from({ length: participants }, (_, index) => participantClip(index)));
  let floor: ProgramFloor | undefined;
  try {
    const measured = await repeat(runs, async () => {
      const figures = await withProgram(clips, async (bridge) => {
        const ofProgram = await measure(bridge, seconds);
        floor ??= await prepareFloor(bridge, clips);
        return ofProgram;
      });
      for (let index = 0; index < FLOOR_ROUNDS; index++) await floor?.measure();
      return figures;
    });
    if (!floor) throw new Error('no run was made');
    const least = floor.cores;
    warnOfHighFloor(least, measured);
    return {
      case: 'program',
      participants,
      seconds,
      runs,
      ...summarise(measured.map((figures) => ({ ...figures, ratio: round(figures.cores.total / least.total, 2) }))),
      floor: { encoder: round(least.encoder), decoders: round(least.decoders), total: round(least.total), rounds: runs * FLOOR_ROUNDS },
    };
  } finally {
    floor?.close();
  }
}

/** Measures a program that is composed of all clips and has warmed up. */
async function withProgram<Result>(clips: readonly string[], use: (bridge: BridgeHost) => Promise<Result>): Promise<Result> {
  const bridge = await BridgeHost.start();
  const senders: ChildProcess[] = [];
  try {
    const { rtp } = await bridge.request('startProgram', {
      programId: PROGRAM,
      stream: { app: 'live', name: 'bench' },
      profile: PROFILE,
      sceneState: { version: 1, scene: { ...defaultScene(), layout: 'grid' }, mix: {}, sources: clips.map((_, index) => sourceOf(index)) },
      outputs: [],
    });
    for (const [index, clip] of clips.entries()) {
      for (const track of tracksOf(index)) await bridge.request('attachTrack', { programId: PROGRAM, track });
      senders.push(sendClip(clip, index, rtp.port));
    }
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
  const lateBefore = bridge.stats?.lateFrames ?? 0;
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
  const lateFrames = (bridge.stats?.lateFrames ?? 0) - lateBefore;
  return { cores: { ...cores, total: round(cores.decoders + cores.compositor + cores.encoder) }, rssMb: Math.round(rss), lateFrames };
}

/** Notes the command lines of the running program's children and records a piece of its output. */
async function prepareFloor(bridge: BridgeHost, clips: readonly string[]): Promise<ProgramFloor> {
  const children = descendants(bridge.pid);
  const commands: ProgramCommands = {
    encoder: children.find(isEncoder)?.args ?? [],
    decoders: children.filter(({ command }) => command.includes('-f ivf')).map(({ args }) => args),
  };
  if (commands.encoder.length === 0 || commands.decoders.length !== clips.length) {
    throw new Error(`expected an encoder and ${clips.length} decoders: ${children.map(({ command }) => command).join('\n')}`);
  }
  const recording = `/dev/shm/lianmai-bench-${process.pid}.mp4`;
  try {
    await ffmpeg('-y', '-i', `${bridge.originUrl}/live/bench.m3u8`, '-t', String(RECORDED_S), '-c', 'copy', recording);
    return await ProgramFloor.create({ commands, profile: PROFILE, clips, recording });
  } finally {
    rmSync(recording, { force: true });
  }
}

/** Warns when a part of the floor took more CPU time than the program did for it: then the machine was too busy to trust either figure. */
function warnOfHighFloor(floor: ProgramFloor['cores'], measured: readonly Awaited<ReturnType<typeof measure>>[]): void {
  for (const part of ['encoder', 'decoders', 'total'] as const) {
    const least = Math.min(...measured.map(({ cores }) => cores[part]));
    if (floor[part] > least)
      console.error(`the floor of "${part}" (${round(floor[part])}) is above what a run used (${least}): do not trust these figures`);
  }
}
