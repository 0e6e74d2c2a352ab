import type { Worker } from 'node:worker_threads';
import type { Closable, Log } from '@lianmai/kit';
import { startThread, untilLoaded } from '../runtime/index.js';

/** A thread that was just taken is bringing a program on air; preparing the next one waits this long. */
const REFILL_MS = 3000;

/**
 * Node allocates 64 KB for each datagram and shrinks it: 38 MB a second for four people. New objects must be collected once a second, or all objects are, which
 * costs ten times as much.
 */
const MEMORY = { maxYoungGenerationSizeMb: 6 };

/** Keeps one spare thread with its modules loaded, which brings a program on air a quarter of a second sooner. */
export class ProgramThreadPool implements Closable {
  /** The first thread has its modules loaded. */
  readonly loaded: Promise<void>;
  readonly #log: Log;
  #spare: Worker | null = null;
  #refill: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
    this.loaded = untilLoaded(this.#prepare());
  }

  /** Returns a thread that waits for its job. */
  take(): Worker {
    const thread = this.#spare ?? start();
    this.#spare = null;
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => this.#prepare(), REFILL_MS);
    this.#refill.unref();
    // By name: Worker has listeners of its own, without which it would deliver no more messages.
    return thread.removeAllListeners('error').removeAllListeners('exit');
  }

  async close(_reason: string): Promise<void> {
    clearTimeout(this.#refill);
    await this.#spare?.terminate();
  }

  #prepare(): Worker {
    const spare = start();
    this.#spare = spare;
    spare.on('error', (error) => this.#log.error({ err: error }, 'a spare program thread failed'));
    spare.on('exit', () => (this.#spare = this.#spare === spare ? null : this.#spare));
    spare.unref();
    return spare;
  }
}

const start = () => startThread('./programEngineThread', import.meta.url, null, MEMORY);
