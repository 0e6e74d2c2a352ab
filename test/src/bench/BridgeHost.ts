import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bridgeRequests,
  type Acknowledgement,
  type BridgeEventData,
  type BridgeRequestInput,
  type BridgeRequestName,
  type BridgeRequestReply,
} from '@lianmai/protocol';
import { Server, type Socket } from 'socket.io';
import { freePorts } from '../support/ports.js';
import { REPOSITORY } from '../support/System.js';

const EVERYBODY_MAY = { onTaken: 'refuse', resumeGraceMs: 10_000, srtPassphrase: null };

/** Takes the server's place: one real bridge process connects to it and takes requests over the public protocol. */
export class BridgeHost {
  readonly originUrl: string;
  /** `rtmp://127.0.0.1:port` */
  readonly rtmpUrl: string;
  readonly process: ChildProcess;
  stats: BridgeEventData<'statsMeasured'>['stats'] | null = null;
  degraded: BridgeEventData<'statsMeasured'>['degraded'] = null;
  readonly #socket: Socket;

  private constructor(child: ChildProcess, socket: Socket, originPort: number) {
    this.process = child;
    this.#socket = socket;
    this.originUrl = `http://127.0.0.1:${originPort}`;
    this.rtmpUrl = `rtmp://127.0.0.1:${originPort + 1}`;
    socket.on('event', (event: { name: string; data: unknown }) => {
      if (event.name !== 'statsMeasured') return;
      const { stats, degraded } = event.data as BridgeEventData<'statsMeasured'>;
      Object.assign(this, { stats, degraded });
    });
  }

  static async start(): Promise<BridgeHost> {
    const http = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const originPort = await freePorts(3);
    const connected = new Promise<Socket>((resolve) => {
      new Server(http).of('/bridge').on('connection', (socket) => {
        socket.on('request', ({ name }: { name: string }, answer: (ack: object) => void) => {
          answer({ ok: true, data: name === 'authorise' ? EVERYBODY_MAY : { serverId: 'bench' } });
          resolve(socket);
        });
      });
    });
    const child = spawn(process.execPath, ['bridge/dist/main.js'], {
      cwd: REPOSITORY,
      // It ends when its channel to us does.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        SERVER_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
        BRIDGE_TOKEN: 'bench',
        ORIGIN_PORT: String(originPort),
        // All players of a bench have one address.
        ORIGIN_MAX_PER_ADDRESS: '1000000',
        RTMP_MAX_PER_ADDRESS: '1000000',
        SRT_MAX_PER_ADDRESS: '100000',
        RTMP_PORT: String(originPort + 1),
        SRT_PORT: String(originPort + 2),
        DATA_DIR: mkdtempSync(join(tmpdir(), 'lianmai-bench-')),
        OUTPUT_ALLOW_PRIVATE: 'true',
        LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      },
    });
    return new BridgeHost(child, await connected, originPort);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async request<N extends BridgeRequestName>(name: N, data: BridgeRequestInput<N>): Promise<BridgeRequestReply<N>> {
    const answer = (await this.#socket.timeout(10_000).emitWithAck('request', { name, data })) as Acknowledgement<unknown>;
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return bridgeRequests[name].reply.parse(answer.data) as BridgeRequestReply<N>;
  }

  stop(): Promise<void> {
    this.process.kill('SIGTERM');
    return new Promise((resolve) => this.process.once('exit', () => resolve()));
  }
}
