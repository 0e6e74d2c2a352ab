import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@lianmai/kit';
import {
  bridgeRequests,
  idleOutput,
  LianmaiError,
  toLianmaiError,
  type Acknowledgement,
  type BridgeCallData,
  type BridgeCallName,
  type BridgeEventData,
  type BridgeEventName,
  type BridgeRequestData,
  type BridgeRequestName,
  type OutputInfo,
  type ProgramId,
  type ProgramSummary,
} from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { SocketServer } from '../../sockets/index.js';
import { Bridges, type BridgesOptions } from '../Bridges.js';

/** For tests: a server with real `Bridges`, and bridges that keep the protocol but make no picture. */
export const TOKEN = 'a bridge token';

export async function startBridges(options: Partial<BridgesOptions> = {}) {
  const http = createServer();
  const sockets = new SocketServer({ addressOf: ({ socket }) => socket.remoteAddress ?? '' });
  sockets.attach(http);
  const verify = (token: string) => {
    if (!token.startsWith(TOKEN)) throw new LianmaiError('UNAUTHENTICATED');
  };
  const fetchAsset = () => Promise.resolve(new Uint8Array([1, 2, 3]));
  const authorise = () => ({ onTaken: 'refuse' as const, resumeGraceMs: 10_000, srtPassphrase: null });
  const bridges = new Bridges({ sockets, verify, fetchAsset, authorise, log: createLog('test', 'silent'), ...options });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  const close = async () => {
    bridges.close('test is over');
    await sockets.close();
  };
  return { bridges, url: `http://127.0.0.1:${port}`, close };
}

interface Asked<N extends BridgeRequestName = BridgeRequestName> {
  name: N;
  data: BridgeRequestData<N>;
}

export interface FakeBridgeOptions {
  url: string;
  bridgeId?: string;
  token?: string;
  encoders?: BridgeCallData<'hello'>['encoders'];
  /** Default 100. */
  cores?: number;
  programs?: BridgeCallData<'hello'>['programs'];
}

const RTP = { ip: '127.0.0.1', port: 5004 };

export class FakeBridge extends EventEmitter<{ asked: [Asked] }> {
  readonly socket: Socket;
  readonly asked: Asked[] = [];
  readonly #options: FakeBridgeOptions;
  readonly #answers = new Map<BridgeRequestName, (data: never) => unknown>();
  readonly #programs = new Map<ProgramId, ProgramSummary>();

  private constructor(options: FakeBridgeOptions) {
    super();
    this.#options = options;
    for (const program of options.programs ?? []) this.#programs.set(program.programId, program);
    const auth = { token: options.token ?? TOKEN };
    this.socket = io(`${options.url}/bridge`, { auth, transports: ['websocket'], reconnection: false, forceNew: true });
    this.socket.on(
      'request',
      (frame: Asked, acknowledge: (answer: Acknowledgement<unknown>) => void) => void this.#answer(frame, acknowledge),
    );
  }

  /** Connects and says hello. */
  static async connect(options: FakeBridgeOptions): Promise<FakeBridge> {
    const bridge = new FakeBridge(options);
    await bridge.#connected();
    await bridge.hello();
    return bridge;
  }

  async hello(): Promise<void> {
    const { bridgeId = 'fake', encoders = ['x264'], cores = 100 } = this.#options;
    const answer = await this.call('hello', {
      bridgeId,
      origin: { url: null, port: 8080 },
      ports: { rtmp: 1935, rtmps: null, srt: 10_080 },
      mediaSecret: 'media',
      encoders,
      cores,
      outputKinds: [],
      programs: [...this.#programs.values()],
    });
    if (!answer.ok) throw LianmaiError.fromWire(answer.error);
  }

  call(name: BridgeCallName, data: unknown): Promise<Acknowledgement<unknown>> {
    return this.socket.emitWithAck('request', { name, data }) as Promise<Acknowledgement<unknown>>;
  }

  /** Replies to this request so from now on. Throw for an error; never resolve for silence. */
  answer<N extends BridgeRequestName>(name: N, answer: (data: BridgeRequestData<N>) => unknown): void {
    this.#answers.set(name, answer);
  }

  announce<N extends BridgeEventName>(name: N, data: BridgeEventData<N>): void {
    if (name === 'programStateChanged') {
      const { programId, state } = data as BridgeEventData<'programStateChanged'>;
      this.#programs.set(programId, { programId, state, rtp: RTP, outputs: [] });
    }
    this.socket.emit('event', { name, data });
  }

  goLive(programId: ProgramId): void {
    this.announce('programStateChanged', { programId, state: 'live', reason: null, atMs: Date.now() });
  }

  /** Returns the requests it got under this name. */
  all<N extends BridgeRequestName>(name: N): BridgeRequestData<N>[] {
    return this.asked.filter((one): one is Asked<N> => one.name === name).map(({ data }) => data);
  }

  /** The `count`th request of this name, now or later. */
  async request<N extends BridgeRequestName>(name: N, count = 1): Promise<BridgeRequestData<N>> {
    for (;;) {
      const data = this.all(name)[count - 1];
      if (data) return data;
      await once(this, 'asked');
    }
  }

  /** The socket breaks; the programs run on. */
  drop(): void {
    this.socket.disconnect();
  }

  async comeBack(): Promise<void> {
    this.socket.connect();
    await this.#connected();
    await this.hello();
  }

  #connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
  }

  async #answer({ name, data }: Asked, acknowledge: (answer: Acknowledgement<unknown>) => void): Promise<void> {
    try {
      const asked: Asked = { name, data: bridgeRequests[name].data.parse(data) };
      this.asked.push(asked);
      this.emit('asked', asked);
      const custom = this.#answers.get(name);
      const reply = custom ? await custom(asked.data as never) : this.#usual(asked);
      acknowledge({ ok: true, data: reply });
    } catch (thrown) {
      acknowledge({ ok: false, error: toLianmaiError(thrown).toWire() });
    }
  }

  #started({ programId }: BridgeRequestData<'startProgram'>): void {
    this.#programs.set(programId, { programId, state: 'starting', rtp: RTP, outputs: [] });
  }

  #usual({ name, data }: Asked): unknown {
    switch (name) {
      case 'startProgram':
        this.#started(data as BridgeRequestData<'startProgram'>);
        return { rtp: RTP };
      case 'setScene':
        return { appliedAtPtsMs: 1000 };
      case 'addOutput':
        return outputInfo((data as BridgeRequestData<'addOutput'>).id);
      case 'stopProgram': {
        const { programId } = data as BridgeRequestData<'stopProgram'>;
        this.announce('programStateChanged', { programId, state: 'ended', reason: null, atMs: Date.now() });
        this.#programs.delete(programId);
        return {};
      }
      default:
        return {};
    }
  }
}

export const outputInfo = (id: OutputInfo['id'], change: Partial<OutputInfo> = {}): OutputInfo =>
  idleOutput({ id, kind: 'rtmp', url: 'what the bridge says', ...change });
