import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
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
import { ffmpeg } from '../support/ffmpeg.js';
import { cpuSeconds, descendants, rssMb } from '../support/processes.js';
import { pause, until } from '../support/waiting.js';
import type { BenchOptions } from './arguments.js';
import { BridgeHost } from './BridgeHost.js';
import { participantClip } from './clips.js';
import { decodeFloor, encodeFloor } from './floor.js';
import { round } from './report.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const PROGRAM = 'bench' as ProgramId;
const WARM_UP_MS = 6000;
const FLOOR_S = 10;

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

/** A participant as the SFU would send it: RTP and sender reports, copied from a clip; what it costs is not measured. */
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

interface Usage {
  decoders: number;
  compositor: number;
  encoder: number;
}

/** CPU seconds so far. The compositor is the whole Node process: RTP, Opus, clock, mixing, pipes, hub and HLS. */
function usage(bridgePid: number): Usage {
  const used: Usage = { decoders: 0, compositor: cpuSeconds(bridgePid), encoder: 0 };
  for (const child of descendants(bridgePid)) used[/libx264/.test(child.command) ? 'encoder' : 'decoders'] += cpuSeconds(child.pid);
  return used;
}

/** Cores of the running program over its floor, both in this run: the issue of every compositor is what it adds to the encoder. */
export async function run({ participants, seconds }: BenchOptions): Promise<object> {
  const clips = await Promise.all(Array.from({ length: participants }, (_, index) => participantClip(index)));
  const profile = resolveProfile('720p');
  const sources = clips.map((_, index) => sourceOf(index));
  const scene = { ...defaultScene(), layout: 'grid' as const };
  const bridge = await BridgeHost.start();
  const recording = `/tmp/lianmai-bench-${process.pid}.mp4`;
  const senders: ChildProcess[] = [];
  try {
    const { rtp } = await bridge.request('startProgram', {
      programId: PROGRAM,
      stream: { app: 'live', name: 'bench' },
      profile,
      sceneState: { version: 1, scene, mix: {}, sources },
      outputs: [],
    });
    for (const [index, clip] of clips.entries()) {
      for (const track of tracksOf(index)) await bridge.request('attachTrack', { programId: PROGRAM, track });
      senders.push(sender(clip, index, rtp.port));
    }
    await until('the program has statistics', () => bridge.stats);
    await pause(WARM_UP_MS);
    const measured = await measure(bridge, seconds);
    await ffmpeg('-y', '-i', `${bridge.originUrl}/live/bench.m3u8`, '-t', String(FLOOR_S), '-c', 'copy', recording);
    await bridge.request('stopProgram', { programId: PROGRAM });
    const floor = await measureFloor(clips, recording, layout(canvasOf(profile), scene, sources));
    return {
      case: 'program',
      participants,
      ...measured,
      cores: { ...measured.cores, floor: round(floor) },
      ratio: round(measured.cores.total / floor, 2),
    };
  } finally {
    for (const one of senders) one.kill('SIGKILL');
    rmSync(recording, { force: true });
    await bridge.stop();
  }
}

async function measure(bridge: BridgeHost, seconds: number) {
  const pid = bridge.process.pid ?? 0;
  const lateBefore = bridge.stats?.lateFrames ?? 0;
  const before = usage(pid);
  const startedAt = performance.now();
  await pause(seconds * 1000);
  const after = usage(pid);
  const elapsedS = (performance.now() - startedAt) / 1000;
  const cores = {
    decoders: round((after.decoders - before.decoders) / elapsedS),
    compositor: round((after.compositor - before.compositor) / elapsedS),
    encoder: round((after.encoder - before.encoder) / elapsedS),
  };
  const rss = [pid, ...descendants(pid).map((child) => child.pid)].reduce((sum, one) => sum + rssMb(one), 0);
  const lateFrames = (bridge.stats?.lateFrames ?? 0) - lateBefore;
  return { cores: { ...cores, total: round(cores.decoders + cores.compositor + cores.encoder) }, rssMb: Math.round(rss), lateFrames };
}

async function measureFloor(
  clips: readonly string[],
  recording: string,
  tiles: readonly { width: number; height: number }[],
): Promise<number> {
  const encoding = await encodeFloor(recording, FLOOR_S);
  const decoding = await Promise.all(clips.map((clip, index) => decodeFloor(clip, tiles[index] ?? { width: 640, height: 360 }, FLOOR_S)));
  const cores = decoding.reduce((sum, one) => sum + one, encoding);
  return cores;
}
