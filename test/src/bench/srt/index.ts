import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../../support/System.js';
import type { BenchOptions } from '../arguments.js';
import { round } from '../report.js';
import { cpuSeconds } from './figures.js';
import { makeDatagram, packetsOf, Probe } from './probe.js';
import { freeUdpPort, Relay, type Network } from './Relay.js';

/** 2.65 Mb/s, what a 720p encoder sends. */
const DATAGRAMS_A_SECOND = 252;
const WARM_UP_S = 4;
const DRAIN_MS = 2500;
const CASES = [
  { lossPercent: 5, latencyMs: 120 },
  { lossPercent: 5, latencyMs: 200 },
  { lossPercent: 10, latencyMs: 200 },
] as const;
const JITTER_MS = 50;

/** Starts our listener from its sources. */
const LISTENER_PROCESS = ['--conditions=source', '--import', 'tsx', fileURLToPath(new URL('./listenerProcess.ts', import.meta.url))];

type Listen = (port: number, latencyMs: number) => ChildProcess;
const ours =
  (delivery: string): Listen =>
  (port, latencyMs) =>
    start(process.execPath, [...LISTENER_PROCESS, String(port), String(latencyMs), delivery]);
/** Sends the same TS to all listeners at the same time, each over its own network with the same losses. */
const LISTENERS: Record<string, Listen> = {
  ours: ours('smooth'),
  oursPrompt: ours('prompt'),
  libsrt: (port, latencyMs) =>
    start('srt-live-transmit', ['-q', `srt://127.0.0.1:${port}?mode=listener&latency=${latencyMs}`, 'file://con']),
};

/** Compares our SRT listener with libsrt's (srt-live-transmit); libsrt calls both over a network with loss and jitter. */
export async function run({ seconds }: BenchOptions): Promise<object> {
  const results: object[] = [];
  for (const { lossPercent, latencyMs } of CASES) {
    const network = { loss: lossPercent / 100, jitterMs: JITTER_MS, seed: 42 };
    results.push({ lossPercent, jitterMs: JITTER_MS, latencyMs, ...(await measure(network, latencyMs, seconds)) });
  }
  return { case: 'srt', seconds, results };
}

async function measure(network: Network, latencyMs: number, seconds: number): Promise<object> {
  const names = Object.keys(LISTENERS);
  const lanes = await Promise.all(names.map((name) => openLane(LISTENERS[name]!, network, latencyMs)));
  try {
    await generate(
      lanes.map((lane) => lane.inputPort),
      WARM_UP_S,
    );
    const before = lanes.map(({ listener }) => cpuSeconds(listener.pid ?? 0));
    await generate(
      lanes.map((lane) => lane.inputPort),
      seconds,
      WARM_UP_S * DATAGRAMS_A_SECOND,
    );
    const cpu = lanes.map(({ listener }, index) => round(((cpuSeconds(listener.pid ?? 0) - before[index]!) / seconds) * 100, 1));
    await wait(DRAIN_MS + latencyMs);
    const until = packetsOf((WARM_UP_S + seconds) * DATAGRAMS_A_SECOND);
    const figures = lanes.map(({ probe }, index) => [names[index] ?? '', { ...probe.result(until), cpuPercent: cpu[index] }] as const);
    return Object.fromEntries<object>(figures);
  } finally {
    for (const lane of lanes) lane.close();
  }
}

async function openLane(listen: Listen, network: Network, latencyMs: number) {
  const port = await freeUdpPort();
  const inputPort = await freeUdpPort();
  const listener = listen(port, latencyMs);
  const relay = await Relay.open(port, network);
  const probe = new Probe(packetsOf(WARM_UP_S * DATAGRAMS_A_SECOND));
  listener.stdout?.on('data', (chunk: Buffer) => probe.push(chunk));
  const to = `srt://127.0.0.1:${relay.port}?mode=caller&latency=${latencyMs}&streamid=publish:live/bench`;
  await wait(500); // the listener starts
  const caller = start('srt-live-transmit', ['-q', '-chunk:1316', `udp://127.0.0.1:${inputPort}`, to]);
  const close = () => {
    caller.kill('SIGKILL');
    listener.kill('SIGKILL');
    relay.close();
  };
  return { inputPort, listener, probe, close };
}

/** Keeps the pace, however late the timers fire. */
async function generate(ports: readonly number[], seconds: number, firstIndex = 0): Promise<void> {
  const socket = createSocket('udp4');
  const startedAtMs = performance.now();
  for (let sent = 0; sent < seconds * DATAGRAMS_A_SECOND;) {
    const due = Math.min(seconds * DATAGRAMS_A_SECOND, ((performance.now() - startedAtMs) / 1000) * DATAGRAMS_A_SECOND);
    for (; sent < due; sent++) {
      const datagram = makeDatagram(firstIndex + sent, performance.now());
      for (const port of ports) socket.send(datagram, port, '127.0.0.1');
    }
    await wait(2);
  }
  socket.close();
}

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', (error) => {
    console.error(`${program}: ${error.message} (srt-live-transmit is in Debian's srt-tools)`);
    process.exit(2);
  });
  return child;
}
