import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, rssMb, until } from '../../support/index.js';
import type { BenchOptions } from '../arguments.js';
import { BridgeHost } from '../BridgeHost.js';
import { broadcastClip } from '../clips.js';
import { round } from '../report.js';
import { repeat, summarise } from '../runs.js';
import { startNginx } from './nginxPeer.js';
import { Players, startTsx, type Sight } from './Players.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const PATH = '/live/bench.flv';
const SETTLE_MS = 2000;

interface Measured extends Sight {
  cpuPercent: number;
  rssMb: number;
}

/**
 * HTTP-FLV from a real bridge process to players on loopback. Loopback charges part of the receiver's work to the sender, so compare with the floor of the same
 * run. CPU is the user and system time of the process over the window, which starts when all players have been connected for 2 s. Each run measures the floor,
 * the peer and the product, one after the other.
 */
export async function run({ players, seconds, runs }: BenchOptions): Promise<object> {
  const clip = await broadcastClip();
  const results = await repeat(runs, async () => {
    const floor = await measureFloor(clip, players, seconds);
    const nginx = await measureNginx(clip, players, seconds);
    const product = await measureProduct(clip, players, seconds);
    return {
      ...product,
      cpuMsPerPlayerSecond: round((product.cpuPercent * 10) / players),
      floorCpuPercent: floor.cpuPercent,
      floorMaxGapMs: floor.maxGapMs,
      ...(nginx && { nginxRtmpCpuPercent: nginx.cpuPercent, nginxRtmpMaxGapMs: nginx.maxGapMs }),
      floorRatio: round(product.cpuPercent / floor.cpuPercent, 2),
    };
  });
  return { case: 'origin', players, seconds, runs, ...summarise(results) };
}

async function measureProduct(clip: string, players: number, seconds: number) {
  const bridge = await BridgeHost.start();
  const publisher = publish(clip, `${bridge.rtmpUrl}/live/bench`);
  try {
    await until('the stream is live', async () => (await fetch(bridge.originUrl + PATH, { method: 'HEAD' })).ok);
    await sleep(SETTLE_MS);
    const publishOnly = { publishOnlyCpuPercent: await cpuPercentOver(bridge.pid, 4), publishOnlyRssMb: Math.round(rssMb(bridge.pid)) };
    const { port } = new URL(bridge.originUrl);
    return { ...(await measure({ pid: bridge.pid, port: Number(port), players, seconds })), ...publishOnly };
  } finally {
    publisher.kill('SIGKILL');
    await bridge.stop();
  }
}

function publish(clip: string, url: string): ChildProcess {
  const args = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy', '-f', 'flv', url];
  return spawn(FFMPEG, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function measureFloor(clip: string, players: number, seconds: number): Promise<Measured> {
  const server = startTsx('floorProcess.ts', [clip, '100']);
  try {
    if (!server.stdout) throw new Error('no standard output');
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const port = Number((await lines.next()).value);
    return await measure({ pid: server.pid ?? 0, port, players, seconds: Math.min(seconds, 8) });
  } finally {
    server.kill('SIGKILL');
  }
}

/** nginx-rtmp, the peer that Debian ships. It writes each tag separately, so its players wait less and its CPU works more. */
async function measureNginx(clip: string, players: number, seconds: number): Promise<Measured | null> {
  const nginx = await startNginx();
  if (!nginx) return null;
  await sleep(SETTLE_MS);
  const publisher = publish(clip, `rtmp://127.0.0.1:${nginx.port}/live/bench`);
  try {
    await sleep(SETTLE_MS);
    return await measure({ ...nginx, players, seconds: Math.min(seconds, 8), path: '/live/bench' });
  } finally {
    publisher.kill('SIGKILL');
    nginx.stop();
  }
}

async function measure(what: { pid: number; port: number; players: number; seconds: number; path?: string }): Promise<Measured> {
  const players = new Players(what.port, what.path ?? PATH, what.players);
  try {
    await until('all players are connected', async () => (await players.look()).connected === what.players, 30_000);
    await sleep(SETTLE_MS);
    await players.look();
    const cpuPercent = await cpuPercentOver(what.pid, what.seconds);
    const { connected: _all, ...sight } = await players.look();
    return { cpuPercent, rssMb: Math.round(rssMb(what.pid)), ...sight };
  } finally {
    players.close();
  }
}

/** Percent of one core. */
async function cpuPercentOver(pid: number, seconds: number): Promise<number> {
  const before = cpuSeconds(pid);
  const startedAtMs = performance.now();
  await sleep(seconds * 1000);
  return round(((cpuSeconds(pid) - before) * 100_000) / (performance.now() - startedAtMs), 1);
}
