import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { backoffMs, BRIDGE_SETTINGS_VARIABLE, delay, type EmbeddedBridgeSettings, type Log } from '@lianmai/kit';

export interface EmbeddedBridgeOptions {
  /** A fresh bridge token for each start. */
  mintToken: () => string;
  /** Called when the process that was given `token` has ended: pass it to `Bridges.tokenHolderEnded`. */
  onEnded: (token: string) => void;
  settings: EmbeddedBridgeSettings;
  log: Log;
  /** The script to run; default: the bridge workspace's built main. */
  entry?: string | undefined;
  /** A bridge that is told to end first ends its outputs cleanly: for this long, ms; default 3000. */
  endPatienceMs?: number | undefined;
}

const ENTRY = fileURLToPath(new URL('../../../bridge/dist/main.js', import.meta.url));
/** It ran this long: what it died of now is new, and it starts again at once. */
const STEADY_MS = 10_000;
const BACKOFF = { firstMs: 250, maxMs: 15_000 };
const END_PATIENCE_MS = 3000;
/** Variables that only the server may know. */
const SERVER_SECRETS = ['LIANMAI_API_KEY', 'LIANMAI_API_SECRET'];

/** Keeps one bridge process running until it is closed. */
export class EmbeddedBridge {
  readonly #options: EmbeddedBridgeOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #child: ChildProcess | null = null;
  /** We end without having been closed: it may still end its outputs; after a close there was time enough. */
  readonly #onExit = () => {
    if (this.#child && this.#abort.signal.aborted) killGroup(this.#child);
    else this.#child?.kill('SIGTERM');
  };

  private constructor(options: EmbeddedBridgeOptions) {
    this.#options = options;
    process.once('exit', this.#onExit);
    this.#running = this.#supervise();
  }

  static start(options: EmbeddedBridgeOptions): EmbeddedBridge {
    return new EmbeddedBridge(options);
  }

  /** null while it is being restarted. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Asks it to end, then insists; resolves when it has. */
  async close(reason: string): Promise<void> {
    this.#abort.abort(new Error(reason));
    const child = this.#child;
    if (child) {
      child.kill('SIGTERM');
      const insisting = setTimeout(() => killGroup(child), this.#options.endPatienceMs ?? END_PATIENCE_MS);
      await this.#running;
      clearTimeout(insisting);
    }
    await this.#running;
    process.off('exit', this.#onExit);
  }

  async #supervise(): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0; !this.#abort.signal.aborted; attempt += 1) {
      const startedAtMs = performance.now();
      const outcome = await this.#runOnce();
      if (this.#abort.signal.aborted) return;
      if (performance.now() - startedAtMs > STEADY_MS) attempt = 0;
      const waitMs = attempt === 0 ? 0 : backoffMs(BACKOFF, attempt - 1);
      log.error({ outcome, waitMs }, 'the bridge process ended; starting it again. Calls go on');
      await delay(waitMs, this.#abort.signal).catch(() => undefined);
    }
  }

  /** Returns how it ended. */
  async #runOnce(): Promise<string> {
    const { settings, mintToken, onEnded, log, entry = ENTRY } = this.#options;
    const token = mintToken();
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SERVER_SECRETS.includes(name)));
    const child = spawn(process.execPath, [entry], {
      env: { ...inherited, [BRIDGE_SETTINGS_VARIABLE]: JSON.stringify({ ...settings, token }) },
      // It ends when its stdin does: so it cannot outlive us, however we die.
      stdio: ['pipe', 'inherit', 'inherit'],
      // Its own process group: Ctrl-C reaches the server alone, which then ends things in order.
      detached: true,
    });
    this.#child = child;
    child.stdin?.on('error', () => undefined);
    log.info({ pid: child.pid }, 'bridge process started');
    const outcome = await endOf(child);
    this.#child = null;
    killGroup(child);
    onEnded(token);
    return outcome;
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${String(code)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error); // could not be spawned
  }
}

/** The process and the FFmpegs it may have left behind. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody left
  }
}
