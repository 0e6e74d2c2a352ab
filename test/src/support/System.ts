import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StreamReply, type CreateStream } from '@lianmai/protocol';
import { freePorts } from './ports.js';
import { descendants, type ProcessInfo } from './processes.js';
import { PATIENCE_MS, until } from './until.js';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
/** The command line of the bridge at work. */
export const BRIDGE = /bridge\/dist\/main\.js$/;
const SPARE_BRIDGE = /bridge\/dist\/main\.js --spare$/;
const SERVER = /server\/dist\/serverMain\.js/;
const API = { key: 'test-key', secret: 'test-secret-that-is-long-enough-to-sign' };
const AUTHORIZATION = `Basic ${btoa(`${API.key}:${API.secret}`)}`;

export interface SystemOptions {
  env?: Record<string, string>;
  /** The configuration file, YAML. */
  config?: string;
  /** Number of SFU workers. */
  workers?: number;
  /** open, unlike the product's default, so that guests are on stage by joining. */
  stagePolicy?: 'open' | 'request';
}

/** The arguments with which a process was started. */
interface Launch {
  port: number;
  dataDir: string;
  env: Record<string, string>;
  options: string[];
}

/** One whole Lianmai (server, workers, bridge) with its own ports and data folder, seen only from outside. */
export class System {
  static readonly running = new Set<System>();
  readonly url: string;
  readonly originUrl: string;
  /** `rtmp://127.0.0.1:port` */
  readonly rtmpUrl: string;
  readonly srtPort: number;
  /** UDP and TCP port of the first SFU worker. */
  readonly rtcPort: number;
  readonly dataDir: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #output = '';

  readonly #launch: Launch;

  private constructor(child: ChildProcess, launch: Launch) {
    const { port: httpPort, dataDir } = launch;
    this.#child = child;
    this.#launch = launch;
    this.pid = child.pid ?? 0;
    this.url = `http://127.0.0.1:${httpPort}`;
    this.originUrl = `http://127.0.0.1:${httpPort + 1}`;
    this.rtmpUrl = `rtmp://127.0.0.1:${httpPort + 2}`;
    this.srtPort = httpPort + 3;
    this.rtcPort = httpPort + 4;
    this.dataDir = dataDir;
    this.exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    // Even a test run that crashes leaves nothing behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    System.running.add(this);
    void this.exited.then(() => {
      process.off('exit', kill);
      System.running.delete(this);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        if (process.env.TEST_LOG) process.stderr.write(text);
      });
    }
  }

  static async start({ env = {}, config, workers = 1, stagePolicy = 'open' }: SystemOptions = {}): Promise<System> {
    const port = await freePorts(4 + workers);
    const dataDir = mkdtempSync(join(tmpdir(), 'lianmai-test-'));
    const file = join(dataDir, 'lianmai.config.yaml');
    if (config !== undefined) writeFileSync(file, config);
    return System.#start({
      port,
      dataDir,
      options: config === undefined ? [] : ['--config', file],
      env: { ...env, RTC_WORKERS: String(workers), STAGE_POLICY: stagePolicy },
    });
  }

  /** Ends this process as `signal` does, and starts another with the same ports and data. */
  async restart(signal: NodeJS.Signals): Promise<System> {
    this.#child.kill(signal);
    await this.exited;
    return System.#start(this.#launch);
  }

  static async #start(launch: Launch): Promise<System> {
    const { port, dataDir, env, options } = launch;
    const child = spawn(process.execPath, ['server/dist/main.js', ...options], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PORT: String(port),
        ORIGIN_PORT: String(port + 1),
        RTMP_PORT: String(port + 2),
        SRT_PORT: String(port + 3),
        RTC_PORT: String(port + 4),
        ANNOUNCED_IP: '127.0.0.1',
        DATA_DIR: dataDir,
        // The peers of tests listen on loopback.
        OUTPUT_ALLOW_PRIVATE: 'true',
        LIANMAI_API_KEY: API.key,
        LIANMAI_API_SECRET: API.secret,
        ...env,
      },
    });
    const system = new System(child, launch);
    const exited = system.exited.then(() => Promise.reject(new Error('it exited')));
    const ready = until('the system is ready', async () => {
      const faces = env.LIANMAI_BRIDGE === 'external' ? [system.url] : [system.url, system.originUrl];
      return (await Promise.all(faces.map((face) => fetch(`${face}/readyz`)))).every(({ ok }) => ok);
    });
    await Promise.race([ready, exited]).catch(async (error: unknown) => {
      ready.catch(() => undefined);
      await system.stop();
      throw new Error(`${String(error)}\n${system.output}`);
    });
    // It may exit whenever a test wants it to.
    exited.catch(() => undefined);
    return system;
  }

  /** Everything it has printed so far. */
  get output(): string {
    return this.#output;
  }

  children(filter: RegExp = /./): ProcessInfo[] {
    return descendants(this.pid).filter((one) => filter.test(one.command));
  }

  /** Ends the server process alone; its supervisor starts another. Resolves when that one is ready. */
  async endServer(signal: NodeJS.Signals): Promise<void> {
    const [server] = this.children(SERVER);
    if (!server) throw new Error('no server process');
    process.kill(server.pid, signal);
    await until('the next server is ready', async () => {
      const [next] = this.children(SERVER);
      return next && next.pid !== server.pid && (await fetch(`${this.url}/readyz`)).ok;
    });
  }

  /** Waits for a prepared process that can take the bridge's place, and returns its pid. */
  untilSpareBridge(): Promise<number> {
    const isReady = (pid: number) => this.#output.includes(`"spare":${pid},`);
    return until('a spare bridge is ready', () => this.children(SPARE_BRIDGE).find(({ pid }) => isReady(pid))?.pid);
  }

  /** Kills every child that matches with SIGKILL and returns the pids. */
  kill(filter: RegExp): number[] {
    const victims = this.children(filter);
    for (const victim of victims) process.kill(victim.pid, 'SIGKILL');
    return victims.map((victim) => victim.pid);
  }

  /** Makes an API call with the key; returns status and body. */
  async api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: AUTHORIZATION,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  /** Uploads a PNG for the scenes of a room; returns its id. */
  async addPicture(room: string, png: Buffer): Promise<string> {
    const response = await fetch(`${this.url}/api/v1/rooms/${room}/live/assets`, {
      method: 'POST',
      body: new Uint8Array(png),
      headers: { 'content-type': 'image/png', authorization: AUTHORIZATION },
    });
    if (!response.ok) throw new Error(`the picture was refused: ${await response.text()}`);
    return ((await response.json()) as { assetId: string }).assetId;
  }

  /** Creates a stream; its URLs work as they are. */
  async createStream(name: string, options: Partial<CreateStream> = {}): Promise<StreamReply> {
    return StreamReply.parse((await this.api('POST', '/streams', { name, ...options })).body);
  }

  async token(room: string, identity: string, role: 'host' | 'guest' | 'viewer', name = identity): Promise<string> {
    const { body } = await this.api('POST', `/rooms/${room}/tokens`, { identity, name, role });
    return (body as { token: string }).token;
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    const code = await this.exited;
    clearTimeout(timer);
    rmSync(this.dataDir, { recursive: true, force: true });
    return code;
  }
}
