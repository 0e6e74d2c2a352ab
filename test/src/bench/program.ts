import { spawn, type ChildProcess } from 'node:child_process';
import {
  canvasOf,
  defaultScene,
  layout,
  resolveProfile,
  type ProgramId,
  type ProgramSource,
  type RtpTrack,
  type SourceId,
} from '@lianmai/protocol';
import { cpuSeconds, descendants, rssMb, type ProcessInfo } from '../support/processes.js';
import { pause, until } from '../support/until.js';
import type { BenchOptions } from './arguments.js';
import { BridgeHost } from './BridgeHost.js';
import { participantClip } from './clips.js';
import { measureFloor } from './floor.js';
import type { FloorJob } from './floorCommand.js';
import { round } from './report.js';
import { repeat, summarise } from './runs.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const PROGRAM = 'bench' as ProgramId;
/** A program runs for hours; in its first half minute, Node compiles its code (a quarter more CPU in all). */
const WARM_UP_MS = 30_000;
const PROFILE = resolveProfile('720p');
const SCENE = { ...defaultScene(), layout: 'grid' as const };

const sourceOf = (index: number): ProgramSource => ({
  id: `p${index}:camera` as SourceId,
  kind: 'camera',
  name: `Participant ${index + 1}`,
  hasVideo: true,
  hasAudio: true,
});

function tracksOf(index: number): RtpTrack[] {
  const common = { sourceId: sourceOf(index).id, rttMs: 20, channels: 2 };
  return [
    { ...common, trackId: `v${index}`, kind: 'video', codec: 'VP8', ssrc: 1000 + index, payloadType: 100, clockRate: 90_000 },
    { ...common, trackId: `a${index}`, kind: 'audio', codec: 'opus', ssrc: 2000 + index, payloadType: 111, clockRate: 48_000 },
  ];
}

/** A participant as the SFU would send it: RTP and sender reports, copied from a clip. Its cost is not measured. */
function sender(clip: string, index: number, port: number): ChildProcess {
  const to = `rtp://127.0.0.1:${port}?rtcpport=${port}&pkt_size=1200`;
  return spawn(
    FFMPEG,
    [
      '-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip,
      '-map', '0:v', '-c', 'copy', '-ssrc', String(1000 + index), '-payload_type', '100', '-f', 'rtp', to,
      '-map', '0:a', '-c', 'copy', '-ssrc', String(2000 + index), '-payload_type', '111', '-f', 'rtp', to,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  ); // prettier-ignore
}

/** The cores that a running program uses, over its floor: what matters is what it adds to decoding and encoding. Each run is followed by one of the floor. */
export async function run({ participants, seconds, runs }: BenchOptions): Promise<object> {
  const clips = await Promise.all(Array.from({ length: participants }, (_, index) => participantClip(index)));
  const measured = await repeat(runs, async () => {
    const { job, ...figures } = await withProgram(clips, async (bridge) => ({
      ...(await measure(bridge, seconds)),
      job: floorJob(bridge, clips),
    }));
    const floor = await measureFloor(FFMPEG, job, seconds);
    return { ...figures, floor: round(floor), ratio: round(figures.cores.total / floor, 2) };
  });
  return { case: 'program', participants, seconds, runs, ...summarise(measured) };
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
      sceneState: { version: 1, scene: SCENE, mix: {}, sources: clips.map((_, index) => sourceOf(index)) },
      outputs: [],
    });
    for (const [index, clip] of clips.entries()) {
      for (const track of tracksOf(index)) await bridge.request('attachTrack', { programId: PROGRAM, track });
      senders.push(sender(clip, index, rtp.port));
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
    decoders: children.filter(({ command }) => command.includes('-f ivf')).map(({ args }) => args),
  };
  if (commands.encoder.length === 0 || commands.decoders.length !== clips.length) {
    throw new Error(`expected an encoder and ${clips.length} decoders: ${children.map(({ command }) => command).join('\n')}`);
  }
  const canvas = canvasOf(PROFILE);
  const tiles = layout(canvas, SCENE, clips.map((_, index) => sourceOf(index))); // prettier-ignore
  return { commands, clips, tiles, canvas };
}
