import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { REPOSITORY } from '../../support/System.js';
import type { BenchOptions } from '../arguments.js';
import { publisherClip } from '../clips.js';
import { round } from '../report.js';
import { repeat, summarise } from '../runs.js';

/** Runs the product from its sources. */
const TSX = ['--conditions=source', '--import', 'tsx'];
const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const Started = z.object({ port: z.number() });
const Measured = z.object({ workerCpuPercent: z.number(), serverCpuPercent: z.number() });

/**
 * The SFU with a real worker, alone in its own process: one 720p publisher (2 Mb/s VP8) and viewers that get it as SRTP. Received packets are counted here,
 * outside the measured process.
 */
export async function run({ viewers, seconds, runs }: BenchOptions): Promise<object> {
  return { case: 'sfu', viewers, seconds, runs, ...summarise(await repeat(runs, () => measure(viewers, seconds))) };
}

async function measure(viewers: number, seconds: number) {
  const sink = createSocket('udp4');
  let packets = 0;
  let bytes = 0;
  sink.on('message', (packet) => {
    packets++;
    bytes += packet.length;
  });
  await new Promise<void>((resolve) => sink.bind(0, '127.0.0.1', resolve));
  const clip = await publisherClip();
  const args = [
    ...TSX,
    fileURLToPath(new URL('./sfuProcess.ts', import.meta.url)),
    String(viewers),
    String(seconds),
    String(sink.address().port),
  ];
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse(String((await lines.next()).value)) as unknown;
  const { port } = Started.parse(await read());
  const to = `rtp://127.0.0.1:${port}?pkt_size=1200`;
  const copy = ['-map', '0:v', '-c', 'copy', '-ssrc', '1', '-payload_type', '101', '-f', 'rtp', to];
  const sender = spawn(FFMPEG, ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, ...copy], { stdio: 'ignore' });
  const startedAt = performance.now();
  try {
    const { workerCpuPercent, serverCpuPercent } = Measured.parse(await read());
    const elapsedS = (performance.now() - startedAt) / 1000;
    return {
      workerCpuPercent: round(workerCpuPercent, 1),
      workerCpuPercentPerViewer: round(workerCpuPercent / viewers),
      serverCpuPercent: round(serverCpuPercent, 2),
      receivedPacketsPerSecond: Math.round(packets / elapsedS),
      receivedMbps: round((bytes * 8) / elapsedS / 1e6, 1),
    };
  } finally {
    sender.kill('SIGKILL');
    child.kill();
    sink.close();
  }
}
