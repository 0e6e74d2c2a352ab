import type { Worker } from 'node:worker_threads';
import {
  ConfigError,
  CrashWindow,
  fairTimeout,
  StallWatch,
  withTimeout,
  type Closable,
  type Log,
  type LogLevel,
  type Metrics,
  type Stall,
} from '@lianmai/kit';
import type { RotationOptions } from '../../media/protocols/srt/index.js';
import { startThread } from '../../runtime/index.js';
import { LISTENERS } from '../listener/index.js';
import type { FromSrtThread, SrtTotals, ToSrtThread } from './srtThreadMessages.js';
import { SrtClients, type SrtClientsParts } from './SrtClients.js';

export interface SrtServerOptions extends SrtClientsParts {
  /** UDP port; 0: any free port. */
  port: number;
  /** Default: all addresses, IPv4 and IPv6. */
  host?: string;
  /** Minimum latency negotiated with callers, ms. */
  latencyMs: number;
  /** Callers in all, and of one address. */
  maxConnections?: number;
  maxPerAddress?: number;
  /** When players' encryption keys are renewed. */
  rotation?: RotationOptions;
  /** Started already, so that its modules are loaded; default: a new one. */
  thread?: Worker;
  log: Log;
  logLevel?: LogLevel;
  metrics?: Metrics;
}

/** Returns a ConfigError that names the setting to change. */
function portError(port: number, { code, message }: { code: string; message: string }): ConfigError {
  const option = 'SRT_PORT, --srt-port or srt.port';
  if (code === 'EADDRINUSE')
    return new ConfigError(`UDP port ${port} is in use by another program. Choose another port for SRT with ${option}.`);
  return new ConfigError(`Cannot open UDP port ${port} for SRT: ${message}. Choose another port with ${option}.`);
}

const START_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 2000;
/** The thread reports once a second at least (see StallWatch). */
const STALL_MS = 2500;
const CRASH_LIMIT = { maxCrashes: 3, windowMs: 60_000 };

/** Starts a thread that loads its modules and waits for its port. */
export const startSrtThread = (): Worker => startThread('./srtThread', import.meta.url, null);

/** Serves SRT publishers and players on one UDP port, in a thread of its own. A thread that crashes or hangs is replaced. */
export class SrtServerHost implements Closable {
  readonly #options: SrtServerOptions;
  readonly #clients: SrtClients;
  #worker: Worker | null = null;
  #port: number;
  #totals: SrtTotals = { resent: 0, lost: 0, dropped: 0 };
  readonly #stallWatch = new StallWatch({ task: null, limitMs: STALL_MS, onStalled: (stall) => this.#endFrozen(stall) });
  readonly #crashes = new CrashWindow(CRASH_LIMIT);
  #onClosed: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: SrtServerOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#clients = new SrtClients(options, (message, transfer = []) => this.#worker?.postMessage(message, transfer));
    this.#measure(options.metrics);
  }

  /** Resolves when the server is listening. Throws ConfigError when the port cannot be opened. */
  static async open(options: SrtServerOptions): Promise<SrtServerHost> {
    const listener = new SrtServerHost(options);
    await listener.#startThread(options.thread);
    return listener;
  }

  get port(): number {
    return this.#port;
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  #measure(metrics: Metrics | undefined): void {
    metrics?.gauge('srt_publishers', 'SRT publishers', () => this.#clients.count('publish'));
    metrics?.gauge('srt_players', 'SRT players', () => this.#clients.count('play'));
    metrics?.gauge('srt_resent_packets', 'Packets retransmitted to SRT players', () => this.#totals.resent);
    metrics?.gauge('srt_lost_packets', 'Packets from SRT publishers that did not arrive the first time', () => this.#totals.lost);
    metrics?.gauge('srt_dropped_packets', 'SRT packets given up in either direction', () => this.#totals.dropped);
  }

  async #close(reason: string): Promise<void> {
    const worker = this.#worker;
    const closed = new Promise<void>((resolve) => (this.#onClosed = resolve));
    worker?.postMessage({ kind: 'close' } satisfies ToSrtThread);
    if (worker) await withTimeout(closed, CLOSE_TIMEOUT_MS, () => undefined);
    await worker?.terminate();
    this.#stallWatch.close();
    this.#clients.endAll(reason);
  }

  async #startThread(worker = startSrtThread()): Promise<void> {
    const { host, latencyMs, rotation, logLevel = 'info', maxConnections, maxPerAddress } = this.#options;
    const limits = {
      handshakeBytes: LISTENERS.srt.maxMessageBytes,
      ...(maxConnections !== undefined && { connections: maxConnections }),
      ...(maxPerAddress !== undefined && { connectionsPerAddress: maxPerAddress }),
    };
    const job = { port: this.#port, latencyMs, logLevel, limits, ...(host !== undefined && { host }), ...(rotation && { rotation }) };
    worker.postMessage({ kind: 'start', job } satisfies ToSrtThread);
    try {
      await this.#waitUntilListening(worker);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    this.#worker = worker;
    let reason: unknown = new Error('the SRT thread exited');
    worker.on('error', (error) => (reason = error));
    worker.on('exit', () => {
      this.#stallWatch.watch(null);
      this.#replaceThread(reason);
    });
  }

  #waitUntilListening(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = fairTimeout(START_TIMEOUT_MS);
      limit.signal.addEventListener('abort', () => reject(new Error('the SRT thread did not start in time')));
      const settle = (finish: () => void) => {
        limit.end();
        finish();
      };
      worker.once('error', (error) => settle(() => reject(error)));
      worker.on('message', (message: FromSrtThread) => {
        if (message.kind === 'failed') settle(() => reject(portError(this.#port, message)));
        else if (message.kind === 'listening') settle(() => this.#onListening(message, resolve));
        else this.#receive(message);
      });
    });
  }

  #onListening(
    { port, tid, receiveBufferBytes, sendBufferBytes }: Extract<FromSrtThread, { kind: 'listening' }>,
    resolve: () => void,
  ): void {
    this.#port = port;
    this.#stallWatch.watch({ pid: process.pid, tid });
    this.#options.log.info({ port, receiveBufferBytes, sendBufferBytes }, 'SRT is listening');
    resolve();
  }

  /** A thread that never returns from its own code can still be ended. */
  #endFrozen(stall: Stall): void {
    this.#options.log.error(stall, 'the SRT thread hangs; ending it');
    void this.#worker?.terminate();
  }

  #receive(message: Exclude<FromSrtThread, { kind: 'failed' | 'listening' }>): void {
    this.#stallWatch.alive();
    switch (message.kind) {
      case 'loaded':
        return;
      case 'admissionRequested':
        void this.#clients.admit(message);
        return;
      case 'authenticated':
        void this.#clients.accept(message.id);
        return;
      case 'tags':
        return this.#clients.write(message.id, message.bytes);
      case 'ended':
        return this.#clients.end(message.id, message.reason, message.isFinal);
      case 'mediaReceived':
        return this.#clients.mediaReceived(message.playFeed, message.bytes);
      case 'measured':
        this.#totals = message.totals;
        return this.#clients.recordSentBytes(message.sent);
      case 'closed':
        return this.#onClosed();
    }
  }

  #replaceThread(error: unknown): void {
    const { log } = this.#options;
    this.#worker = null;
    this.#clients.endAll('SRT thread crashed');
    const isHopeless = this.#crashes.add();
    if (this.#closing) return;
    log.error({ err: error }, isHopeless ? 'SRT thread keeps crashing; SRT is disabled' : 'SRT thread crashed; restarting it');
    if (!isHopeless) this.#startThread().catch((reason: unknown) => log.error({ err: reason }, 'SRT is disabled'));
  }
}
