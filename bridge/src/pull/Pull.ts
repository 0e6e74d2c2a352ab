import { EventEmitter } from 'node:events';
import { backoffMs, delay, redact, type Closable, type Log } from '@lianmai/kit';
import { streamKey, toLianmaiError, type LianmaiError, type PullInfo, type StreamRef } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import type { Ffmpeg } from '../media/ffmpeg/index.js';
import { openPublishSession, type Gate } from '../hub/gate/index.js';
import type { StreamHub } from '../hub/stream/index.js';
import type { AddressGuard } from '../runtime/outbound/index.js';
import { openRoute } from './openRoute.js';
import { COPY_ALL, PullRun, type PullConversions } from './PullRun.js';
import { describeSource } from './pullSource.js';
import { HOPELESS, HOPELESS_PAUSES, RETRY_PAUSES, STABLE_MS } from './retryPauses.js';

export interface PullOptions {
  stream: StreamRef;
  /** Kept private: only its redacted form is shown. */
  url: string;
  /** Checks every address before anything connects to it. */
  guard: AddressGuard;
  /** Holds the folder with the files that may be pulled. */
  dataDir: string;
  gate: Gate;
  hub: StreamHub;
  ffmpeg: Ffmpeg;
  log: Log;
  /** Pauses between attempts. */
  backoff?: { firstMs: number; maxMs: number };
}

export interface PullEvents {
  changed: [PullInfo];
}

/** Pulls one stream until it is closed: connecting → live → retrying → connecting …, or failed where asking again cannot help. */
export class Pull extends EventEmitter<PullEvents> implements Closable {
  readonly #options: PullOptions;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #info: PullInfo;
  /** Learned from the source: which of its tracks have to be transcoded. */
  #conversions: PullConversions = COPY_ALL;
  #failures = 0;

  constructor(options: PullOptions) {
    super();
    this.#options = options;
    const url = describeSource(options.url);
    this.#log = options.log.child({ pull: streamKey(options.stream), source: url });
    const { app, name } = options.stream;
    this.#info = { app, name, url, state: 'connecting', reason: null, retries: 0, nextRetryAtMs: null };
    this.#ended = this.#loop();
  }

  get info(): PullInfo {
    return this.#info;
  }

  async close(reason: string): Promise<void> {
    this.#stop.abort(new Error(reason));
    await this.#ended;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#enter('connecting', { nextRetryAtMs: null });
      const startedAtMs = nowMs();
      const failure = await this.#runOnce().catch((error: unknown) => toLianmaiError(error));
      if (signal.aborted) break;
      if (!failure) continue;
      if (this.#info.state === 'live' && nowMs() - startedAtMs > STABLE_MS) this.#failures = 0;
      await this.#waitAfter(failure);
    }
  }

  /** Returns null to start again at once, because a file has ended or because more is known now. */
  async #runOnce(): Promise<LianmaiError | null> {
    const { guard, dataDir, stream, gate, hub, ffmpeg, url } = this.#options;
    const route = await openRoute(url, { guard, dataDir });
    try {
      const run = new PullRun({
        route,
        ffmpeg,
        conversions: this.#conversions,
        log: this.#log,
        open: () => openPublishSession({ gate, hub }, { ...stream, protocol: 'pull', ip: '', params: {} }),
        onLive: () => this.#enter('live', { reason: null }),
      });
      const result = await run.result(this.#stop.signal);
      if (result.kind !== 'unfit') return result.error;
      this.#conversions = result.conversions;
      this.#log.info({ conversions: result.conversions }, 'the source has to be transcoded');
      return null;
    } finally {
      await route.close('run ended');
    }
  }

  async #waitAfter(failure: LianmaiError): Promise<void> {
    const isHopeless = HOPELESS.has(failure.code);
    const waitMs = backoffMs(this.#options.backoff ?? RETRY_PAUSES, isHopeless ? HOPELESS_PAUSES : this.#failures++);
    const message = redact(failure.message);
    this.#log.warn({ code: failure.code, waitMs }, message);
    this.#enter(isHopeless ? 'failed' : 'retrying', {
      reason: { code: failure.code, message },
      nextRetryAtMs: Date.now() + waitMs,
      retries: this.#info.retries + 1,
    });
    await delay(waitMs, this.#stop.signal).catch(() => undefined);
  }

  #enter(state: PullInfo['state'], change: Partial<PullInfo>): void {
    this.#info = { ...this.#info, ...change, state };
    this.emit('changed', this.#info);
  }
}
