import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createLog, SPARE_BRIDGE_ARGUMENT, type BridgeProcessMessage, type EmbeddedBridgeSettings, type Log } from '@lianmai/kit';
import type { FromServer, ToServer } from './messages.js';
import { SpareProcess } from './SpareProcess.js';
import { SupervisedProcess, type Outcome } from './SupervisedProcess.js';

export interface SupervisorOptions {
  serverEntry?: string;
  bridgeEntry?: string;
  /** For the server. */
  args: readonly string[];
  /** How long after a bridge has opened its ports the next spare is started, ms; default 5000. */
  refillMs?: number;
}

const SERVER_ENTRY = fileURLToPath(new URL('../serverMain.js', import.meta.url));
const BRIDGE_ENTRY = fileURLToPath(new URL('../../../bridge/dist/main.js', import.meta.url));
/** Variables that only the server may know, and one that would name every bridge process alike. */
const NOT_FOR_BRIDGES = ['LIANMAI_API_KEY', 'LIANMAI_API_SECRET', 'BRIDGE_ID'];
/** The server ends by itself before. */
const SERVER_END_MS = 6000;
/** Its outputs end cleanly meanwhile. */
const BRIDGE_END_MS = 3000;
/** Longer than for a bridge, because calls end with it. */
const SERVER_STALL_MS = 10_000;
const BRIDGE_STALL_MS = 3000;
/** A bridge that has just been started is busy bringing programs on air. */
const REFILL_MS = 5000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the server and, when the server asks for it, one bridge, each in a process group of its own, and starts again whichever ends. A bridge
 * outlives its server, so that programs stay on air meanwhile. Both end when this process does, however it dies: their channels to it close.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #bridgeToken = randomBytes(32).toString('base64url');
  readonly #developmentSecret = randomBytes(24).toString('base64url');
  readonly #server: SupervisedProcess;
  readonly #spareBridge: SpareProcess;
  #bridge: { settings: EmbeddedBridgeSettings; process: SupervisedProcess } | null = null;
  #bridgesStarted = 0;
  #log: Log | null = null;
  #isEnding = false;
  #exitCode = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#server = new SupervisedProcess({
      name: 'server',
      spawn: () => this.#spawnServer(),
      onEnded: (outcome) => this.#afterServerEnd(outcome),
      askToEnd: () => this.#tell({ kind: 'end', reason: 'the supervisor ends' }),
      endPatienceMs: SERVER_END_MS,
      stallMs: SERVER_STALL_MS,
      log: () => this.#log,
    });
    this.#spareBridge = new SpareProcess({
      spawn: () => this.#spawnBridge(),
      refillMs: options.refillMs ?? REFILL_MS,
      onPrepared: (spare) => this.#log?.info({ spare }, 'a spare bridge process is ready'),
    });
  }

  /** Supervises until a signal ends it, or until a first start has failed. Returns the exit code. */
  static async run(): Promise<number> {
    const supervisor = new Supervisor({ args: process.argv.slice(2) });
    for (const signal of SIGNALS) process.on(signal, () => supervisor.end(signal));
    return supervisor.untilEnded();
  }

  get bridgePid(): number | null {
    return this.#bridge?.process.child?.pid ?? null;
  }

  get sparePid(): number | null {
    return this.#spareBridge.pid;
  }

  /** The first time this ends the server, then the bridge, in order; the second time it kills both. */
  end(reason: string): void {
    if (this.#isEnding) {
      this.#exitCode = 1;
      this.#server.kill();
      this.#bridge?.process.kill();
      return;
    }
    this.#isEnding = true;
    void this.#server.end(reason);
  }

  /** Resolves with the exit code when both processes have ended. */
  async untilEnded(): Promise<number> {
    await this.#server.ended;
    this.#spareBridge.close();
    await this.#bridge?.process.end('the server has ended');
    return this.#exitCode;
  }

  #spawnServer(): ChildProcess {
    const { serverEntry = SERVER_ENTRY, args } = this.#options;
    const child = fork(serverEntry, args, { detached: true });
    child.on('message', (message: FromServer) => this.#receive(message));
    const { settings = null } = this.#bridge ?? {};
    child.send({
      kind: 'welcome',
      bridgeToken: this.#bridgeToken,
      developmentSecret: this.#developmentSecret,
      bridgeSettings: settings,
    } satisfies ToServer);
    return child;
  }

  #tell(message: ToServer): void {
    this.#server.send(message);
  }

  #receive(message: FromServer): void {
    switch (message.kind) {
      case 'ready':
        this.#log ??= createLog('supervisor', message.logLevel);
        break;
      case 'runBridge':
        void this.#runBridge(message);
    }
  }

  /** A server that was never ready has said why: its exit code becomes ours. */
  #afterServerEnd({ code }: Outcome): boolean {
    if (this.#isEnding || this.#log) return true;
    this.#exitCode = code ?? 1;
    return false;
  }

  async #runBridge({ settings, hasSpare }: Extract<FromServer, { kind: 'runBridge' }>): Promise<void> {
    this.#spareBridge.isWanted = hasSpare;
    const earlier = this.#bridge;
    if (earlier && isSame(earlier.settings, settings)) return;
    this.#bridge = null;
    await earlier?.process.end('its settings have changed');
    this.#bridge = {
      settings,
      process: new SupervisedProcess({
        name: 'bridge',
        spawn: () => this.#startBridge(settings),
        onEnded: () => {
          this.#tell({ kind: 'bridgeEnded', bridgeId: this.#bridgeId() });
          return true;
        },
        endPatienceMs: BRIDGE_END_MS,
        stallMs: BRIDGE_STALL_MS,
        log: () => this.#log,
      }),
    };
  }

  #startBridge(settings: EmbeddedBridgeSettings): ChildProcess {
    this.#bridgesStarted += 1;
    const child = this.#spareBridge.take();
    child.on('message', ({ kind }: BridgeProcessMessage) => kind === 'serving' && this.#spareBridge.fillSoon());
    child.send({ ...settings, token: this.#bridgeToken, bridgeId: this.#bridgeId() });
    return child;
  }

  #spawnBridge(): ChildProcess {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_FOR_BRIDGES.includes(name)));
    return fork(this.#options.bridgeEntry ?? BRIDGE_ENTRY, [SPARE_BRIDGE_ARGUMENT], { env, detached: true });
  }

  /** Of the latest bridge process: each is a new bridge to the server. */
  #bridgeId(): string {
    return `${hostname()}-${process.pid}-${this.#bridgesStarted}`;
  }
}

const isSame = (a: EmbeddedBridgeSettings, b: EmbeddedBridgeSettings): boolean => JSON.stringify(a) === JSON.stringify(b);
