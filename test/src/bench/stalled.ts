import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rssMb, until } from '../support/index.js';
import type { BenchOptions } from './arguments.js';
import { BridgeHost } from './BridgeHost.js';
import { broadcastClip } from './clips.js';

const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const PATH = '/live/stalled.flv';
/** The origin's queue limit per player. */
const QUEUE_LIMIT_MB = 8;
const WARM_UP_MS = 5000;

/** Measures the origin's peak memory while players request a stream and never read a byte; one that is cut off reconnects at once. */
export async function run({ players, seconds }: BenchOptions): Promise<object> {
  const clip = await broadcastClip();
  const bridge = await BridgeHost.start();
  const url = `${bridge.rtmpUrl}${PATH.replace('.flv', '')}`;
  const args = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy', '-f', 'flv', url];
  const publisher = spawn(FFMPEG, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const crowd = new Crowd(Number(new URL(bridge.originUrl).port));
  try {
    await until('the stream is live', async () => (await fetch(bridge.originUrl + PATH, { method: 'HEAD' })).ok);
    await sleep(WARM_UP_MS);
    const before = rssMb(bridge.pid);
    for (let index = 0; index < players; index++) crowd.add();
    let peak = before;
    for (const endAtMs = Date.now() + seconds * 1000; Date.now() < endAtMs; await sleep(500)) peak = Math.max(peak, rssMb(bridge.pid));
    return {
      case: 'stalled',
      players,
      seconds,
      rssBeforeMb: Math.round(before),
      rssPeakMb: Math.round(peak),
      grownMb: Math.round(peak - before),
      limitMb: players * QUEUE_LIMIT_MB,
      cutOff: crowd.cutOff,
    };
  } finally {
    crowd.close();
    publisher.kill('SIGKILL');
    await bridge.stop();
  }
}

class Crowd {
  cutOff = 0;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  constructor(port: number) {
    this.#port = port;
  }

  add(): void {
    const socket = connect(this.#port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#again(socket));
    socket.pause().write(`GET ${PATH} HTTP/1.1\r\nHost: bench\r\n\r\n`);
    // A socket that does not read notices its end only by writing.
    const probe = setInterval(() => void socket.write('\r\n'), 1000);
    socket.once('close', () => clearInterval(probe));
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #again(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#isClosed) return;
    this.cutOff++;
    this.add();
  }
}
